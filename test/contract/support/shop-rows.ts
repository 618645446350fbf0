import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** What a site offers, by whom and where. */
export async function addShopRows(
  api: Api,
  { site, rooms, appointment_types: types, session_type: sessionType }: Seeded,
): Promise<Rows> {
  const appointmentType = types['Swedish massage'] ?? '';
  const room = rooms['lotus'] ?? '';
  const practitioner = await firstOf(api, `/shop/practitioners?site_id=${site}`);
  const equipment = await api.post('/shop/equipment', { site_id: site, name: 'Hot stones', capacity: 2 });
  const rule = await api.postBare(`/shop/appointment-types/${appointmentType}/availability-rules`, {
    ...{ weekdays: ['monday'], time_from: '09:00', time_to: '17:00', availability: 'allowed' },
  });
  return {
    inFields: {
      ...{ room_id: room, room_ids: room, equipment_ids: equipment.id },
      ...{ practitioner_id: practitioner, practitioner_ids: practitioner },
      ...{ appointment_type_id: appointmentType, session_type_id: sessionType, offering_id: appointmentType },
    },
    inPaths: {
      '/shop/rooms/{}': room,
      '/shop/equipment/{}': equipment.id,
      '/shop/practitioners/{}': practitioner,
      '/shop/practitioner-rotas/{}': await firstOf(api, '/shop/practitioner-rotas'),
      '/shop/appointment-types/{}': appointmentType,
      '/shop/appointment-types/{}/availability-rules/{}': rule.id,
      '/shop/appointment-types/{}/price-rules/{}': await firstOf(
        api,
        `/shop/appointment-types/${appointmentType}/price-rules`,
      ),
      '/shop/session-types/{}': sessionType,
      '/shop/session-types/{}/price-rules/{}': await firstOf(api, `/shop/session-types/${sessionType}/price-rules`),
      '/shop/sessions/{}': await firstOf(api, `/shop/sessions?site_id=${site}`),
      '/shop/shop/offerings/{}': 'appointment',
      '/shop/shop/offerings/{}/{}': appointmentType,
      '/shop/item-availability/appointments/{}': site,
      '/shop/item-availability/appointments/{}/{}': appointmentType,
      '/shop/item-availability/appointment-dates/{}': appointmentType,
      '/shop/item-availability/sessions/{}': site,
      '/shop/item-availability/sessions/{}/{}': sessionType,
      '/shop/appointment-slots/{}': appointmentType,
      '/shop/appointment-slots/{}/{}': '2030-04-01',
    },
  };
}

async function firstOf(api: Api, path: string): Promise<string> {
  const [row] = await api.get<Row[]>(path);
  if (!row) throw new Error(`${path} lists nothing.`);
  return row.id;
}
