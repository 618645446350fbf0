import { Temporal } from 'temporal-polyfill';
import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

interface Line extends Row {
  readonly package_items: readonly Row[];
}

interface Sold extends Row {
  /** Of a basket. */
  readonly items: readonly Line[];
  /** Of an order. */
  readonly package_items: readonly Line[];
}

interface Package extends Row {
  readonly price_rules: readonly Row[];
  readonly availability_rules: readonly Row[];
  readonly item_choices: readonly (Row & { readonly options: readonly Row[] })[];
}

/** A package with a choice, an option and a rule of each kind, sold in a basket and in an order, where something is chosen in it. */
export async function addPackageRows(
  api: Api,
  { site, appointment_types: types, session_type: session }: Seeded,
  { inPaths: { '/shop/basket/{}': basket = '', '/shop/orders/{}': order = '' } }: Rows,
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
    ...{ price_rules: [{ price: 12_000 }], availability_rules: [{ date_to: '2026-01-01', is_available: false }] },
  });
  const choice = item_choices[0];
  const [first, last] = await starts(api, site, massage);
  const line = { offering_type: 'package', offering_id: id };
  const choosing = { choice_id: choice?.id, option_id: choice?.options[0]?.id };
  const inBasket = await api.post<Sold>(`/shop/basket/${basket}/items`, { ...line, date: first.slice(0, 10) });
  const basketLine = inBasket.items.at(-1)?.id ?? '';
  const basketItems = `/shop/basket/${basket}/items/${basketLine}/package-items`;
  const chosen = await api.put<Sold>(basketItems, { ...choosing, time: first });
  const inOrder = await api.post<Sold>(`/shop/orders/${order}/items`, { ...line, date: last.slice(0, 10) });
  const orderLine = inOrder.package_items[0]?.id ?? '';
  const orderItems = `/shop/orders/${order}/items/${orderLine}/package-items`;
  const booked = await api.post<Sold>(orderItems, { ...choosing, time: last });
  return {
    inFields: {},
    inPaths: {
      '/shop/basket/{}/items/{}': basketLine,
      '/shop/basket/{}/items/{}/package-items/{}': chosen.items.at(-1)?.package_items[0]?.id ?? '',
      '/shop/orders/{}/items/{}': orderLine,
      '/shop/orders/{}/items/{}/package-items/{}': booked.package_items[0]?.package_items[0]?.id ?? '',
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

/** Two starts of a massage. */
async function starts(api: Api, site: string, massage: string): Promise<[string, string]> {
  const today = Temporal.Now.plainDateISO('Europe/London');
  const query = `date_from=${today.add({ days: 3 }).toString()}&date_to=${today.add({ days: 9 }).toString()}&duration=60`;
  const slots = await api.get<{ start_time: string }[]>(
    `/shop/item-availability/appointments/${site}/${massage}?${query}`,
  );
  return [slots[0]?.start_time ?? '', slots.at(-1)?.start_time ?? ''];
}
