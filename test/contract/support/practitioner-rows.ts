import type { Api } from '../../../tools/seed/api.ts';
import type { Rows } from './row-types.ts';

/** What a practitioner does not offer, and when they work other than their rota says. */
export async function addPractitionerRows(api: Api, { inFields }: Rows): Promise<Rows> {
  const appointmentType = inFields['appointment_type_id'] ?? '';
  const path = `/shop/practitioners/${inFields['practitioner_id']}`;
  const restriction = await api.post(`${path}/appointment-restrictions`, {
    ...{
      type: 'max_duration',
      applies_to_type: 'specific',
      appointment_type_ids: [appointmentType],
      max_duration: 600,
    },
  });
  const custom = await api.post(`${path}/custom-availability`, {
    ...{ date_time_from: '2030-04-01T09:00:00+01:00', date_time_to: '2030-04-01T12:00:00+01:00', is_available: false },
  });
  return {
    inFields: { appointment_type_ids: appointmentType },
    inPaths: {
      '/shop/practitioners/{}/appointment-restrictions/{}': restriction.id,
      '/shop/practitioners/{}/custom-availability/{}': custom.id,
    },
  };
}
