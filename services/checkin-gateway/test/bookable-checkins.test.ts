import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import { checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

const create = (fields: object = {}, call = {}) => world.send('POST', '/checkin', checkinAt(world.room, fields), call);
const fieldsOf = (body: Record<string, unknown> | undefined): string[] =>
  Object.keys((body?.['error'] as { fields?: object } | undefined)?.fields ?? {});

describe('a check-in at a bookable', () => {
  test('is answered in its envelope, with all its fields', async () => {
    const answer = await create({ owner_id: world.customer });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      data: {
        id: expect.any(String),
        starts_at: '2026-05-15T08:00:00.000Z',
        ends_at: '2026-05-15T09:00:00.000Z',
        object_type: 'public.bookable',
        object_id: world.room,
        check_in: null,
        check_out: null,
        type: null,
        created_by: expect.any(String),
        owner_id: world.customer,
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
      request_id: answer.headers['request-id'],
      count: 1,
    });
    const read = await world.send('GET', `/checkin/${dataOf(answer).id}`);
    expect(dataOf(read)).toEqual(dataOf(answer));
  });

  test.each([
    ['starts_at', { starts_at: null }],
    ['ends_at', { ends_at: '2026-05-15T08:00:00Z' }],
    ['object_type', { object_type: 'public.user' }],
    ['object_id', { object_id: 'nothing' }],
    ['booking_id', { booking_id: 'nothing' }],
    ['owner_id', { owner_id: 'nobody' }],
    ['check_in', { check_in: 'noon' }],
  ])('is refused with a sentence for a wrong %s', async (field, fields) => {
    const answer = await create(fields);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      error: { code: 'invalid', message: expect.any(String), fields: { [field]: [expect.any(String)] } },
      request_id: answer.headers['request-id'],
    });
  });

  test('knows neither rooms nor customers of another organisation', async () => {
    const answer = await create({ owner_id: world.customer }, { token: world.tokens.stranger });
    expect(answer.status).toBe(422);
    expect(fieldsOf(answer.body)).toEqual(['object_id', 'owner_id']);
  });

  test('whose owner is an empty text has none', async () => {
    expect(dataOf(await create({ owner_id: '' }))['owner_id']).toBeNull();
  });

  test('can be at a bookable area and at a session too', async () => {
    const area = await world.api.post('/shop/bookable-areas', { site_id: world.site, name: 'Pool', capacity: 5 });
    const type = await world.api.post('/shop/session-types', { site_id: world.site, name: 'Yoga', duration: 60 });
    const session = await world.api.post('/shop/sessions', {
      ...{ session_type_id: type.id, start_time: '2034-04-03T10:00:00+01:00', capacity: 4 },
    });
    for (const id of [area.id, session.id]) expect((await create({ object_id: id })).status).toBe(201);
    await world.api.delete(`/shop/bookable-areas/${area.id}`);
    expect(fieldsOf((await create({ object_id: area.id })).body)).toEqual(['object_id']);
  });

  test('is created once, however often the same request comes', async () => {
    const call = { headers: { 'idempotency-key': 'arrive-once' } };
    const arriving = { check_in: '2026-05-15T08:02:14Z' };
    const [first, second] = [await create(arriving, call), await create(arriving, call)];
    expect(dataOf(second)).toEqual(dataOf(first));
    expect(dataOf(first)['check_in']).toBe('2026-05-15T08:02:14.000Z');
  });

  test('needs the permission checkins.manage to be changed, and checkins.view to be read', async () => {
    const token = await world.addStaff(['checkins.view']);
    const { id } = dataOf(await create());
    expect((await create({}, { token })).status).toBe(403);
    expect((await world.send('GET', `/checkin/${id}`, undefined, { token })).status).toBe(200);
    expect((await world.send('PUT', `/checkin/${id}`, {}, { token })).status).toBe(403);
    expect((await world.send('DELETE', `/checkin/${id}`, undefined, { token })).status).toBe(403);
    const manager = await world.addStaff(['checkins.manage']);
    expect((await world.send('GET', `/checkin/${id}`, undefined, { token: manager })).status).toBe(403);
  });
});

describe('a change of a check-in', () => {
  test('sets what it carries, clears what is null and leaves the rest', async () => {
    const { id } = dataOf(await create({ type: 'class' }));
    const put = async (body: object) => dataOf(await world.send('PUT', `/checkin/${id}`, body));
    expect(await put({ check_in: '2026-05-15T08:02:14Z' })).toMatchObject({
      ...{ check_in: '2026-05-15T08:02:14.000Z', check_out: null, type: 'class' },
    });
    expect(await put({ check_out: '2026-05-15T08:58:30Z' })).toMatchObject({
      ...{ check_in: '2026-05-15T08:02:14.000Z', check_out: '2026-05-15T08:58:30.000Z' },
    });
    expect(await put({ check_out: null, type: null })).toMatchObject({ check_out: null, type: null });
    expect(await put({ ends_at: '2026-05-15T10:00:00+01:00' })).toMatchObject({ ends_at: '2026-05-15T09:00:00.000Z' });
  });

  test('is refused where nobody could have been so', async () => {
    const { id } = dataOf(await create({ check_in: '2026-05-15T08:02:14Z' }));
    const before = await world.send('PUT', `/checkin/${id}`, { check_out: '2026-05-15T08:00:00Z' });
    expect([before.status, fieldsOf(before.body)]).toEqual([422, ['check_out']]);
    const cleared = { check_in: null, check_out: '2026-05-15T08:58:30Z' };
    const unseen = await world.send('PUT', `/checkin/${id}`, cleared);
    expect([unseen.status, fieldsOf(unseen.body)]).toEqual([422, ['check_out']]);
    const reversed = await world.send('PUT', `/checkin/${id}`, { starts_at: '2026-05-15T11:00:00Z' });
    expect([reversed.status, fieldsOf(reversed.body)]).toEqual([422, ['ends_at']]);
  });

  test('and its removal are not found where it is hidden, missing or gone', async () => {
    const { id } = dataOf(await create());
    const asStranger = { token: world.tokens.stranger };
    for (const verb of ['GET', 'PUT', 'DELETE']) {
      const body = verb === 'PUT' ? {} : undefined;
      const hidden = await world.send(verb, `/checkin/${id}`, body, asStranger);
      const missing = await world.send(verb, '/checkin/none', body);
      expect([hidden.status, missing.status]).toEqual([404, 404]);
      expect(hidden.text.replace(id, 'none').replace(/"request_id.*/, '')).toBe(
        missing.text.replace(/"request_id.*/, ''),
      );
    }
    const removed = await world.send('DELETE', `/checkin/${id}`);
    expect([removed.status, dataOf(removed).id, removed.body?.['count']]).toEqual([200, id, 1]);
    expect((await world.send('GET', `/checkin/${id}`)).status).toBe(404);
    expect((await world.send('DELETE', `/checkin/${id}`)).status).toBe(404);
  });
});

describe('a customer', () => {
  test('checks in for themself, and sees and changes nobody else’s', async () => {
    const { customer, otherCustomer } = world.tokens;
    const made = dataOf(await create({}, { token: customer }));
    expect(made['owner_id']).toBe(world.customer);
    const put = await world.send(
      'PUT',
      `/checkin/${made.id}`,
      { check_in: '2026-05-15T08:01:00Z' },
      { token: customer },
    );
    expect(put.status).toBe(200);
    for (const verb of ['GET', 'PUT', 'DELETE']) {
      const answer = await world.send(verb, `/checkin/${made.id}`, verb === 'PUT' ? {} : undefined, {
        token: otherCustomer,
      });
      expect(answer.status).toBe(404);
    }
    const forSomebodyElse = await create({ owner_id: world.customer }, { token: otherCustomer });
    expect(fieldsOf(forSomebodyElse.body)).toEqual(['owner_id']);
  });

  test('is inside by their own word only where a door would have let them in', async () => {
    const { customer, tokens } = world;
    const checkIn = () => create({ check_in: new Date(Date.now() - 60_000).toISOString() }, { token: tokens.customer });
    const visits = () => world.api.get<Row[]>(`/customers/check-ins?customer_id=${customer}`);
    expect((await checkIn()).status).toBe(201);
    expect(await visits()).toEqual([]);

    await world.addBooking(customer, 30);
    let id = '';
    await vi.waitFor(async () => {
      id = dataOf(await checkIn()).id;
      expect(await visits()).toEqual([expect.objectContaining({ checked_out_at: null, membership_id: null })]);
    }, 20_000);
    const begun = await visits();
    const takenBack = await world.send('PUT', `/checkin/${id}`, { check_in: null }, { token: tokens.customer });
    expect(dataOf(takenBack)['check_in']).toBeNull();
    expect(await visits()).toEqual(begun);
  });

  test('who checks in at a bookable arrives at its site, once, and leaves when the check-in that brought them says so', async () => {
    const owner_id = await world.addCustomer();
    const check_in = new Date(Date.now() - 60_000).toISOString();
    const arrivals = () => world.api.get<Row[]>(`/customers/check-ins?customer_id=${owner_id}`);
    const first = dataOf(await create({ owner_id, check_in }));
    await create({ owner_id, check_in });
    expect(await arrivals()).toEqual([
      expect.objectContaining({
        site_id: world.site,
        checked_in_at: check_in,
        checked_out_at: null,
        method: { name: 'Lotus' },
      }),
    ]);
    const check_out = new Date().toISOString();
    await world.send('PUT', `/checkin/${first.id}`, { check_out });
    expect(await arrivals()).toEqual([expect.objectContaining({ checked_out_at: check_out })]);
  });
});
