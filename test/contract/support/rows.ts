import { apiAt } from '../../../tools/seed/api.ts';
import { seed } from '../../../tools/seed/seed.ts';
import { addAreaRows } from './area-rows.ts';
import { addBlockedTimeRows } from './blocked-time-rows.ts';
import { addBooking } from './booking-rows.ts';
import { addCatalogueRows } from './catalogue-rows.ts';
import { addPackageRows } from './package-rows.ts';
import { addMembershipRows, addPeopleRows } from './people-rows.ts';
import { addPractitionerRows } from './practitioner-rows.ts';
import { addPresenceRows } from './presence-rows.ts';
import { addReportRows } from './report-rows.ts';
import type { Rows, Seeded } from './row-types.ts';
import { addSessionRows } from './session-rows.ts';
import { addShopRows } from './shop-rows.ts';

/** The fields that have a value in `inFields`. */
export const REFERENCE_FIELDS = [
  ...['site_id', 'site_ids', 'organisation_id', 'brand_id', 'user_id', 'customer_id', 'customer_ids', 'label_ids'],
  ...['preference_ids', 'membership_type_id', 'membership_type_ids', 'membership_rate_id', 'membership_id', 'rate_id'],
  ...[
    'type_id',
    'room_id',
    'room_ids',
    'equipment_ids',
    'practitioner_id',
    'practitioner_ids',
    'guest_id',
    'guest_ids',
  ],
  ...['area_ids', 'session_id', 'recurrence_group_id', 'object_id', 'owner_id', 'booking_id', 'action_id', 'store_id'],
  'staff_customer_ids',
  ...['appointment_type_id', 'appointment_type_ids', 'session_type_id', 'offering_id', 'basket_id', 'order_id'],
  ...['category_ids', 'tag_ids', 'can_offer_tags', 'suitable_for_tags', 'zone_ids', 'image_id', 'avatar_id'],
];

/**
 * Fills an organisation with the demo site and whatever else has an id in some path. References of orders count up
 * anew in each organisation; so many `ordersBefore` keep this one's apart from another's.
 */
export async function addRows(baseUrl: string, token: string, ordersBefore = 0): Promise<Rows> {
  const seeded = (await seed({ baseUrl, bootstrapToken: token, log: () => {} })) as unknown as Seeded;
  const api = apiAt(baseUrl, token);
  for (let count = 0; count < ordersBefore; count++) await api.post('/shop/basket', { site_id: seeded.site });
  const shop = await addShopRows(api, seeded);
  const booking = await addBooking(api, seeded);
  const packages = await addPackageRows(api, seeded, booking);
  const parts = [
    siteRows(seeded, (await api.get(`/sites/${seeded.site}`))['brand_id'] as string),
    await addPeopleRows(api, seeded),
    await addMembershipRows(api, seeded),
    shop,
    await addPractitionerRows(api, shop),
    await addAreaRows(api, seeded),
    await addBlockedTimeRows(api, seeded),
    booking,
    packages,
    await addPresenceRows(api, seeded, booking.inPaths['/shop/appointments/{}'] ?? ''),
    await addCatalogueRows(api, seeded),
    await addReportRows(api, seeded),
    await addSessionRows(api, seeded),
  ];
  const inPaths = Object.assign({}, ...parts.map((part) => part.inPaths)) as Rows['inPaths'];
  const inFields = Object.assign({}, ...parts.map((part) => part.inFields)) as Rows['inFields'];
  return { inPaths, inFields };
}

function siteRows({ site, organisation, device }: Seeded, brand: string): Rows {
  return {
    inPaths: { '/sites/{}': site, '/devices/{}': device },
    inFields: { site_id: site, site_ids: site, organisation_id: organisation, brand_id: brand },
  };
}
