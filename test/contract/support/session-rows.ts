import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

type Basket = Row & { items: readonly Row[] };

/** A session whose only place is held by a basket, an order that waits for it, and a timetable that has not begun. */
export async function addSessionRows(api: Api, { site, session_type: type }: Seeded): Promise<Rows> {
  const session = await api.post('/shop/sessions', {
    ...{ session_type_id: type, start_time: '2034-04-03T10:00:00+01:00', capacity: 1, waitlist_enabled: true },
  });
  const addBasket = async (): Promise<Basket> => {
    const { id } = await api.post('/shop/basket', { site_id: site });
    const item = { offering_type: 'session', offering_id: type, session_id: session.id };
    return api.post<Basket>(`/shop/basket/${id}/items`, item);
  };
  const [held, waiting] = [await addBasket(), await addBasket()];
  await api.post(`/shop/basket/${waiting.id}/customer`, { first_name: 'Ines', last_name: 'Falk' });
  await api.post(`/shop/basket/${waiting.id}/submit`);
  const plan = { weekdays: ['monday'], start_times: [{ value: '06:00' }], recurrence_start: '2035-01-01' };
  const group = await api.post(`/shop/session-types/${type}/recurrence-groups`, plan);
  return {
    inFields: { session_id: session.id, recurrence_group_id: group.id },
    inPaths: {
      '/shop/sessions/{}': session.id,
      '/shop/sessions/{}/waitlist/{}': waiting.items[0]?.id ?? '',
      '/shop/session-bookings/{}': held.items[0]?.id ?? '',
      '/shop/session-types/{}/recurrence-groups/{}': group.id,
    },
  };
}
