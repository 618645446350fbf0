import { apiAt } from '../../../tools/seed/api.ts';
import { seed } from '../../../tools/seed/seed.ts';
import { addBooking } from './booking-rows.ts';
import { addMembershipRows, addPeopleRows } from './people-rows.ts';
import { addShopRows } from './shop-rows.ts';

/** One organisation's rows, as paths and bodies name them. */
export interface Rows {
  /** The values of path variables, by the path up to the variable with its variables' names left out. */
  readonly inPaths: Readonly<Record<string, string>>;
  /** The values of fields that name a row, by the field's name. */
  readonly inFields: Readonly<Record<string, string>>;
}

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
  ...['appointment_type_id', 'session_type_id', 'offering_id', 'basket_id', 'order_id'],
];

/** What the demo site's seed answers. */
export interface Seeded {
  readonly site: string;
  readonly organisation: string;
  readonly rooms: Readonly<Record<string, string>>;
  readonly appointment_types: Readonly<Record<string, string>>;
  readonly session_type: string;
  readonly customers: Readonly<Record<string, string>>;
  readonly wearables: Readonly<Record<string, string>>;
  readonly membership_type: string;
  readonly memberships: Readonly<Record<string, string>>;
  readonly device: string;
}

/**
 * Fills an organisation with the demo site and whatever else has an id in some path. References of orders count up
 * anew in each organisation; so many `ordersBefore` keep this one's apart from another's.
 */
export async function addRows(baseUrl: string, token: string, ordersBefore = 0): Promise<Rows> {
  const seeded = (await seed({ baseUrl, bootstrapToken: token, log: () => {} })) as unknown as Seeded;
  const api = apiAt(baseUrl, token);
  for (let count = 0; count < ordersBefore; count++) await api.post('/shop/basket', { site_id: seeded.site });
  const parts = [
    siteRows(seeded, (await api.get(`/sites/${seeded.site}`))['brand_id'] as string),
    await addPeopleRows(api, seeded),
    await addMembershipRows(api, seeded),
    await addShopRows(api, seeded),
    await addBooking(api, seeded),
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
