import type { Api } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** A check-in at a bookable and one at a store, an action bound to the bookable, and a code. `booking` is an item of an order. */
export async function addPresenceRows(api: Api, { site, rooms, customers }: Seeded, booking: string): Promise<Rows> {
  const [room, customer] = [rooms['lotus'] ?? '', customers['member'] ?? ''];
  const times = { starts_at: '2030-04-01T09:00:00Z', ends_at: '2030-04-01T10:00:00Z' };
  const bookable = { object_type: 'public.bookable', object_id: room };
  const checkin = await api.post('/checkin', { ...times, ...bookable, owner_id: customer });
  const store = await api.postBare('/checkins', { customer_id: customer, store_id: site });
  const action = await api.post('/action', { name: 'Tell', trigger: 'checkin_created', owner_id: customer });
  await api.post(`/action/${action.id}/object`, bookable);
  const code = await api.post('/code', { name: 'At the door', owner_id: customer });
  return {
    inFields: {
      ...{ object_id: room, owner_id: customer, booking_id: booking, action_id: action.id, store_id: site },
      staff_customer_ids: customer,
    },
    inPaths: {
      '/checkin/{}': checkin.id,
      '/checkins/{}': store.id,
      '/action/{}': action.id,
      '/action/{}/object/{}': room,
      '/code/{}': code.id,
      '/resolve/{}': String(code['value']),
    },
  };
}
