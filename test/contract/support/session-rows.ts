import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** Places in a session of the demo site, held by a basket, and a timetable that has not begun. */
export async function addSessionRows(api: Api, { site, session_type: type }: Seeded): Promise<Rows> {
  const [session] = await api.get<Row[]>(`/shop/sessions?site_id=${site}&start_time_from=${new Date().toISOString()}`);
  if (!session) throw new Error('The demo site has no session ahead.');
  const { id: basket } = await api.post('/shop/basket', { site_id: site });
  const item = { offering_type: 'session', offering_id: type, session_id: session.id };
  const { items } = await api.post<Row & { items: readonly Row[] }>(`/shop/basket/${basket}/items`, item);
  const plan = { weekdays: ['monday'], start_times: [{ value: '06:00' }], recurrence_start: '2035-01-01' };
  const group = await api.post(`/shop/session-types/${type}/recurrence-groups`, plan);
  return {
    inFields: { session_id: session.id, recurrence_group_id: group.id },
    inPaths: {
      '/shop/session-bookings/{}': items[0]?.id ?? '',
      '/shop/session-types/{}/recurrence-groups/{}': group.id,
    },
  };
}
