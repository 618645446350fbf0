import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

interface Package extends Row {
  readonly price_rules: readonly Row[];
  readonly availability_rules: readonly Row[];
  readonly item_choices: readonly (Row & { readonly options: readonly Row[] })[];
}

/** A package with a choice, an option and a rule of each kind. */
export async function addPackageRows(
  api: Api,
  { site, appointment_types: types, session_type: session }: Seeded,
): Promise<Rows> {
  const massage = types['Swedish massage'] ?? '';
  const choices = [
    { name: 'Massage', options: [{ offering: { id: massage } }] },
    { name: 'Class', offering_type: 'session', options: [{ offering: { id: session } }] },
  ];
  const {
    id,
    price_rules: prices,
    availability_rules: times,
    item_choices,
  } = await api.post<Package>('/shop/packages', {
    ...{ site_id: site, name: 'Spa day', item_choices: choices },
    ...{ price_rules: [{ price: 12_000 }], availability_rules: [{ weekdays: ['monday'], is_available: false }] },
  });
  const choice = item_choices[0];
  return {
    inFields: {},
    inPaths: {
      '/shop/item-availability/packages/{}': site,
      '/shop/item-availability/packages/{}/{}': id,
      '/shop/item-availability/package-choice-slots/{}': id,
      '/shop/item-availability/package-choice-slots/{}/{}': choice?.id ?? '',
      '/shop/packages/{}': id,
      '/shop/packages/{}/price-rules/{}': prices[0]?.id ?? '',
      '/shop/packages/{}/availability-rules/{}': times[0]?.id ?? '',
      '/shop/packages/{}/item-choices/{}': choice?.id ?? '',
      '/shop/packages/{}/item-choices/{}/options/{}': choice?.options[0]?.id ?? '',
    },
  };
}
