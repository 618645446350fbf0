import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** Places in a session of the demo site, held by a basket. */
export async function addSessionRows(api: Api, { site, session_type: type }: Seeded): Promise<Rows> {
  const [session] = await api.get<Row[]>(`/shop/sessions?site_id=${site}&start_time_from=${new Date().toISOString()}`);
  if (!session) throw new Error('The demo site has no session ahead.');
  const { id: basket } = await api.post('/shop/basket', { site_id: site });
  const item = { offering_type: 'session', offering_id: type, session_id: session.id };
  const { items } = await api.post<Row & { items: readonly Row[] }>(`/shop/basket/${basket}/items`, item);
  return {
    inFields: { session_id: session.id },
    inPaths: { '/shop/session-bookings/{}': items[0]?.id ?? '' },
  };
}
