import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import type { Answer } from '../../../test/contract/support/client.ts';
import { type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

const create = async (customer_id: string, fields: object = {}): Promise<Row> =>
  (await world.send('POST', '/checkins', { customer_id, store_id: world.site, ...fields })).body as Row;
const list = (query: string) => world.send('GET', `/checkins?${query}`);
const itemsOf = ({ body }: Answer): Row[] => body?.['items'] as Row[];

describe('a check-in at a store', () => {
  test('is answered bare, active, with empty data where none was sent', async () => {
    const answer = await world.send('POST', '/checkins', { customer_id: world.customer, store_id: world.site });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      ...{ id: expect.any(String), customer_id: world.customer, store_id: world.site, data: {}, status: 'ACTIVE' },
      ...{ date_created: expect.stringMatching(/\.\d{3}Z$/), date_updated: expect.stringMatching(/\.\d{3}Z$/) },
    });
  });

  test('keeps the data it was given', async () => {
    const data = { payment: null, lane: { number: 3 } };
    const { id } = await create(world.customer, { data });
    expect(itemsOf(await list('limit=1'))).toEqual([expect.objectContaining({ id, data })]);
  });

  test('can be sent as a form, with the customer spelt as the sample does', async () => {
    const text = `customer_Id=${world.customer}&store_id=${world.site}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await world.send('POST', '/checkins', undefined, { text, headers });
    expect([answer.status, answer.body?.['customer_id']]).toEqual([201, world.customer]);
  });

  test.each([
    ['customer_id', {}],
    ['customer_id', { customer_id: 'nobody' }],
    ['store_id', { customer_id: 'nobody', store_id: 'nowhere' }],
    ['store_id', { store_id: undefined }],
    ['data', { data: { long: 'x'.repeat(20_000) } }],
  ])('is refused with a message that names %s', async (field, body) => {
    const answer = await world.send('POST', '/checkins', { store_id: world.site, ...body });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({ internal_code: null, message: expect.stringContaining(field) });
  });

  test('is an arrival at another site than where somebody is inside, and ends that visit as a door does', async () => {
    const customer = await world.addCustomer();
    const other = await world.api.post('/sites', { name: 'Lake Spa', timezone: 'Europe/London', currency: 'GBP' });
    await create(customer);
    await create(customer, { store_id: other.id });
    await create(customer, { store_id: other.id });
    expect(await world.api.get<Row[]>(`/customers/check-ins?customer_id=${customer}`)).toEqual([
      expect.objectContaining({ site_id: other.id, checked_out_at: null }),
      expect.objectContaining({ site_id: world.site, checked_out_at: expect.any(String) }),
    ]);
  });

  test('knows neither stores nor customers of another organisation', async () => {
    const body = { customer_id: world.customer, store_id: world.site };
    const answer = await world.send('POST', '/checkins', body, { token: world.tokens.stranger });
    expect(answer.status).toBe(422);
  });

  test('needs the permission checkins.manage, and checkins.view to be listed', async () => {
    const [viewer, manager] = [await world.addStaff(['checkins.view']), await world.addStaff(['checkins.manage'])];
    const body = { customer_id: world.customer, store_id: world.site };
    expect((await world.send('POST', '/checkins', body, { token: viewer })).status).toBe(403);
    expect((await world.send('GET', '/checkins', undefined, { token: manager })).status).toBe(403);
    const { id } = await create(world.customer);
    const elsewhere = await world.send('GET', '/checkins', undefined, { token: world.tokens.stranger });
    expect([elsewhere.status, itemsOf(elsewhere)]).toEqual([200, []]);
    expect((await world.send('DELETE', `/checkins/${id}`, undefined, { token: viewer })).status).toBe(403);
  });

  test('is an arrival of the customer at the site, and its end a departure', async () => {
    const customer = await world.addCustomer();
    const [first, second] = [await create(customer), await create(customer)];
    const arrivals = () => world.api.get<Row[]>(`/customers/check-ins?customer_id=${customer}`);
    expect(await arrivals()).toEqual([
      expect.objectContaining({ method: { name: 'Store check-in' }, checked_out_at: null }),
    ]);
    await world.send('DELETE', `/checkins/${second.id}`);
    expect(await arrivals()).toEqual([expect.objectContaining({ checked_out_at: null })]);
    await world.send('DELETE', `/checkins/${first.id}`);
    expect(await arrivals()).toEqual([expect.objectContaining({ checked_out_at: expect.any(String) })]);
  });
});

describe('the list', () => {
  test('leads on in pages, newest first, with the caller’s filters', async () => {
    const customer = await world.addCustomer();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.unshift((await create(customer)).id);
    const query = `query=c:${customer}%20s:${world.site}`;
    const first = await list(`${query}&limit=2`);
    expect(itemsOf(first).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const { next, prev } = first.body?.['paging'] as { next: string; prev: string | null };
    expect([next, prev]).toEqual([`${world.system.baseUrl}/checkins?${query}&limit=2&page=2`, null]);
    const second = await world.send('GET', next.slice(world.system.baseUrl.length));
    expect(itemsOf(second).map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const last = await list(`${query}&limit=2&page=3`);
    expect(itemsOf(last).map(({ id }) => id)).toEqual(ids.slice(4));
    expect(last.body?.['paging']).toEqual({
      next: null,
      prev: `${world.system.baseUrl}/checkins?${query}&limit=2&page=2`,
    });
  });

  test('has 25 rows to a page', async () => {
    const customer = await world.addCustomer();
    for (let count = 0; count < 26; count++) await create(customer);
    const answer = await list(`query=c:${customer}`);
    expect(itemsOf(answer)).toHaveLength(25);
    expect(answer.body?.['paging']).toMatchObject({ next: expect.stringContaining('limit=25&page=2') });
  });

  test('holds what matches every pair, nothing of others, and no query it does not understand', async () => {
    const { id } = await create(world.customer);
    expect(itemsOf(await list(`query=c:${world.customer}`)).map((item) => item.id)).toContain(id);
    expect(itemsOf(await list(`query=c:${world.customer}+s:elsewhere`))).toEqual([]);
    const foreign = await world.send('GET', `/checkins?query=s:${world.site}`, undefined, {
      token: world.tokens.stranger,
    });
    expect(itemsOf(foreign)).toEqual([]);
    const wrong = await list('query=x:1');
    expect([wrong.status, wrong.body?.['internal_code']]).toEqual([422, null]);
  });
});

describe('the end of a check-in', () => {
  test('answers an empty object however often, and the check-in has ended', async () => {
    const { id } = await create(world.customer);
    for (let count = 0; count < 2; count++) {
      const answer = await world.send('DELETE', `/checkins/${id}`);
      expect([answer.status, answer.body]).toEqual([200, {}]);
    }
    const [item] = itemsOf(await list('limit=1'));
    expect([item?.id, item?.['status']]).toEqual([id, 'ENDED']);
  });

  test('is not found for another organisation, as for a check-in that does not exist', async () => {
    const { id } = await create(world.customer);
    const hidden = await world.send('DELETE', `/checkins/${id}`, undefined, { token: world.tokens.stranger });
    const missing = await world.send('DELETE', '/checkins/none');
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    expect(hidden.body).toEqual({ internal_code: null, message: expect.any(String) });
  });
});
