import type { Api } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** An hour in which a room can not be booked, and what is often blocked. */
export async function addBlockedTimeRows(api: Api, { site, rooms }: Seeded): Promise<Rows> {
  const block = await api.post('/shop/blocked-times', {
    ...{ room_ids: [rooms['lotus']], start_time: '2030-04-02T10:00:00+01:00', end_time: '2030-04-02T11:00:00+01:00' },
  });
  const preset = await api.post('/shop/blocked-time-presets', { site_id: site, name: 'Cleaning' });
  return {
    inFields: {},
    inPaths: { '/shop/blocked-times/{}': block.id, '/shop/blocked-time-presets/{}': preset.id },
  };
}
