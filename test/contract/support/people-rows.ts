import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** A customer with everything a customer can have, and a user with a token. */
export async function addPeopleRows(api: Api, { customers }: Seeded): Promise<Rows> {
  const customer = customers['member'] ?? '';
  const user = await api.post('/users', { name: 'Ada Bright', email: 'ada@example.com', grants: [] });
  const token = await api.post(`/users/${user.id}/tokens`, { name: 'A laptop' });
  // The demo's barcodes are the same in every organisation; this one is not.
  const code = customer.replaceAll('-', '').slice(-20);
  const barcode = await api.post(`/customers/customers/${customer}/barcodes`, { barcode: code, kind: 'barcode' });
  const label = await api.post('/customers/labels', { value: 'Regular', colour: 'aa0055' });
  await api.post(`/customers/customers/${customer}/labels`, { label_ids: [label.id] });
  const preference = await api.post('/customers/marketing-preferences', { text: 'Letters about offers' });
  await api.put(`/customers/customers/${customer}/marketing-preferences/${preference.id}`, {});
  const address = await api.post(`/customers/customers/${customer}/addresses`, {
    name: 'Home',
    address_line_1: '1 High Street',
  });
  const note = await api.post(`/customers/customers/${customer}/notes`, { note: 'Likes it quiet.' });
  const contraindication = await api.post('/customers/contraindications', { name: 'Pregnancy' });
  return {
    inFields: {
      ...{ customer_id: customer, customer_ids: customer, user_id: user.id },
      ...{ label_ids: label.id, preference_ids: preference.id },
    },
    inPaths: {
      '/users/{}': user.id,
      '/users/{}/tokens/{}': token.id,
      '/customers/customers/{}': customer,
      '/customers/customers/{}/barcodes/{}': barcode.id,
      '/customers/customers/{}/addresses/{}': address.id,
      '/customers/customers/{}/notes/{}': note.id,
      '/customers/customers/{}/marketing-preferences/{}': preference.id,
      '/customers/contraindications/{}': contraindication.id,
      '/customers/labels/{}': label.id,
      '/customers/marketing-preferences/{}': preference.id,
      '/customers/my-account/marketing-preferences/{}': preference.id,
      '/customers/barcode-search/{}': code,
    },
  };
}

/** A membership of two. */
export async function addMembershipRows(api: Api, { site, customers }: Seeded): Promise<Rows> {
  const [lead, member] = [customers['member'] ?? '', customers['guest'] ?? ''];
  const type = await api.post<Row & { rates: Row[] }>('/customers/membership-types', {
    name: 'For two',
    max_members: 2,
    initial_rate: { name: 'Monthly', price: { amount: 9000, currency: 'GBP' }, billing_frequency: 'P1M' },
    offline_payments: true,
  });
  const rate = type.rates[0]?.id ?? '';
  const membership = await api.post<Row & { membership_number: string }>('/customers/memberships', {
    ...{ site_id: site, customer_id: lead, membership_type_id: type.id, membership_rate_id: rate },
    start_date: '2030-01-01',
  });
  await api.post(`/customers/memberships/${membership.id}/members`, { customer_id: member });
  const ids = { membership_type_id: type.id, membership_rate_id: rate, membership_id: membership.id };
  return {
    inFields: { ...ids, membership_type_ids: type.id, rate_id: rate, type_id: type.id },
    inPaths: {
      '/customers/membership-types/{}': type.id,
      '/customers/membership-rates/{}': rate,
      '/customers/memberships/{}': membership.id,
      '/customers/memberships/{}/members/{}': member,
      '/customers/membership-number-search/{}': membership.membership_number,
    },
  };
}
