import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import { checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

const triggers = [
  ...['checkin_created', 'checkin_started', 'checkin_updated'],
  ...['checkout_started', 'checkout_completed', 'checkin_deleted'],
];
const errorOf = (body: Record<string, unknown> | undefined) => body?.['error'] as { code: string; message: string };

/** A room where a path of the hooks is told of every trigger. */
async function watchedRoom(url = '/told'): Promise<string> {
  const room = await world.addRoom();
  for (const trigger of triggers) await world.bind(await world.addAction({ trigger, url }), room);
  return room;
}

describe('triggers', () => {
  test('fire in the order of what happens: registered, arrived, left, removed', async () => {
    const room = await watchedRoom();
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    await world.send('PUT', `/checkin/${id}`, { check_in: '2026-05-15T08:02:14Z' });
    await world.send('PUT', `/checkin/${id}`, { check_out: '2026-05-15T08:58:30Z' });
    await world.send('PUT', `/checkin/${id}`, { check_out: '2026-05-15T08:59:30Z' });
    await world.send('DELETE', `/checkin/${id}`);
    await expect
      .poll(() => world.hooks.triggersOf(id), { timeout: 20_000 })
      .toEqual([
        'checkin_created',
        ...['checkout_started', 'checkin_started', 'checkin_updated'],
        ...['checkout_started', 'checkin_updated', 'checkout_completed'],
        ...['checkout_started', 'checkin_updated'],
        'checkin_deleted',
      ]);
  });

  test('of a check-in that is created with its arrival are those of both', async () => {
    const room = await watchedRoom();
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room, { check_in: '2026-05-15T08:02:14Z' })));
    await expect
      .poll(() => world.hooks.triggersOf(id), { timeout: 20_000 })
      .toEqual(['checkin_created', 'checkout_started', 'checkin_started', 'checkin_updated']);
  });

  test('fire on the bookable of the check-in only', async () => {
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(await world.addRoom())));
    const other = dataOf(await world.send('POST', '/checkin', checkinAt(await watchedRoom())));
    await expect.poll(() => world.hooks.triggersOf(other.id), { timeout: 20_000 }).toEqual(['checkin_created']);
    expect(world.hooks.triggersOf(id)).toEqual([]);
  });
});

const visited = { check_in: '2026-05-15T08:02:14Z', check_out: '2026-05-15T08:58:30Z' };

describe('checkout_started', () => {
  test('refuses a change with the action’s message, and nothing changes', async () => {
    const room = await world.addRoom();
    const action = await world.addAction({ trigger: 'checkout_started', url: '/refuse' });
    await world.bind(action, room);
    const before = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    world.hooks.answer('/refuse', 409, { message: 'Your bill is open.' });
    const refused = await world.send('PUT', `/checkin/${before.id}`, visited);
    expect([refused.status, errorOf(refused.body).code, errorOf(refused.body).message]).toEqual([
      ...[409, 'refused_by_action'],
      'Your bill is open.',
    ]);
    expect(dataOf(await world.send('GET', `/checkin/${before.id}`))).toEqual(before);
    world.hooks.answer('/refuse', 200);
    expect((await world.send('PUT', `/checkin/${before.id}`, visited)).status).toBe(200);
  });

  test('that refuses an arrival leaves no check-in behind', async () => {
    const room = await watchedRoom('/refuse-all');
    world.hooks.answer('/refuse-all', 403);
    const refused = await world.send('POST', '/checkin', checkinAt(room, { check_in: '2026-05-15T08:02:14Z' }));
    expect(refused.status).toBe(409);
    const call = world.hooks.calls.find(({ path }) => path === '/refuse-all');
    const { id } = call?.body.context['checkin'] as Row;
    expect((await world.send('GET', `/checkin/${id}`)).status).toBe(404);
  });

  test.each([
    ['answers a redirect', 302],
    ['fails', 500],
  ])('whose URL %s refuses, unless the action may fail', async (_what, status) => {
    const path = `/status-${status}`;
    world.hooks.answer(path, status);
    const [strict, lenient] = [await world.addRoom(), await world.addRoom()];
    await world.bind(await world.addAction({ trigger: 'checkout_started', url: path }), strict);
    await world.bind(
      await world.addAction({ trigger: 'checkout_started', url: path, continue_on_fail: true }),
      lenient,
    );
    const put = async (room: string) => {
      const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
      return (await world.send('PUT', `/checkin/${id}`, visited)).status;
    };
    expect([await put(strict), await put(lenient)]).toEqual([409, 200]);
    expect(world.hooks.calls.some((call) => call.path === '/elsewhere')).toBe(false);
  });
});

describe('a call of an action', () => {
  test('is signed, and tells the context and the input of action and binding together', async () => {
    const room = await world.addRoom();
    const action = await world.api.post('/action', {
      ...{ name: 'Signed', trigger: 'checkin_created', owner_id: world.customer, url: `${world.hooks.url}/signed` },
      input: { greeting: 'Hello', door: 1 },
    });
    await world.bind(action.id, room, { door: 2 });
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room, { owner_id: world.customer })));
    const called = () => world.hooks.calls.find(({ path }) => path === '/signed');
    await expect.poll(called, { timeout: 20_000 }).toBeDefined();
    const { text, body, headers } = called() as NonNullable<ReturnType<typeof called>>;
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['lido-signature'])) ?? [];
    expect(hex).toBe(createHmac('sha256', String(action['secret'])).update(`${seconds}.${text}`).digest('hex'));
    expect(body).toMatchObject({
      action: { id: action.id, name: 'Signed' },
      input: { greeting: 'Hello', door: 2 },
      context: {
        ...{ trigger: 'checkin_created', starts_at: '2026-05-15T08:00:00.000Z', activity_id: expect.any(String) },
        ...{ user_id: expect.any(String), owner_id: world.customer, organization: { id: world.organisation } },
        ...{ bookable: { id: room, name: 'Lotus' }, bookable_type: 'room', location: { id: world.site } },
        checkin: { id, check_in: null, object_type: 'public.bookable' },
      },
    });
    expect(body.context).not.toHaveProperty('booking');
  });

  test('that fails keeps those after it from running', async () => {
    const room = await world.addRoom();
    world.hooks.answer('/first', 400);
    await world.bind(await world.addAction({ url: '/first' }), room);
    await world.bind(await world.addAction({ url: '/second' }), room);
    await world.bind(await world.addAction({ url: '/last', trigger: 'checkin_deleted' }), room);
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    await world.send('DELETE', `/checkin/${id}`);
    await expect
      .poll(() => world.hooks.triggersOf(id), { timeout: 20_000 })
      .toEqual(['checkin_created', 'checkin_deleted']);
    expect(world.hooks.calls.some(({ path }) => path === '/second')).toBe(false);
  });

  test('is made again when the other side was not well', async () => {
    const room = await world.addRoom();
    world.hooks.answer('/flaky', 503);
    await world.bind(await world.addAction({ url: '/flaky' }), room);
    dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    const count = () => world.hooks.calls.filter(({ path }) => path === '/flaky').length;
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    world.hooks.answer('/flaky', 200);
    await expect.poll(count, { timeout: 20_000 }).toBe(2);
  });

  test('leaves repetitions out where it shall run once', async () => {
    const room = await world.addRoom();
    await world.bind(await world.addAction({ url: '/once', trigger: 'checkin_updated', dedup_mode: 'once' }), room);
    await world.bind(await world.addAction({ url: '/always', trigger: 'checkin_updated' }), room);
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    for (let count = 0; count < 2; count++) await world.send('PUT', `/checkin/${id}`, { type: `${count}` });
    const count = (path: string) => world.hooks.calls.filter((call) => call.path === path).length;
    await expect.poll(() => count('/always'), { timeout: 20_000 }).toBe(2);
    expect(count('/once')).toBe(1);
  });
});

describe('an action that makes check-ins', () => {
  const makeAt = (input: object, trigger = 'checkin_created') =>
    world.addAction({ trigger, run: 'create_checkin', input });
  const bindTo = (action: string, room: string) =>
    world.send('POST', `/action/${action}/object`, { object_type: 'public.bookable', object_id: room });

  test('is not bound to where it makes them, nor changed so, but for those that are over', async () => {
    const [room, other] = [await world.addRoom(), await world.addRoom()];
    const [elsewhere, over] = [await makeAt({ object_id: other }), await makeAt({}, 'checkout_completed')];
    await world.bind(elsewhere, room);
    await world.bind(over, room);
    for (const refused of [
      await bindTo(await makeAt({}), room),
      await bindTo(await makeAt({ object_id: room }), room),
      await world.send('PUT', `/action/${elsewhere}`, { input: { object_id: room } }),
      await world.send('PUT', `/action/${over}`, { trigger: 'checkin_updated' }),
    ]) {
      expect([refused.status, (refused.body?.['error'] as { fields: object }).fields]).toEqual([
        422,
        { 'input.object_id': [expect.stringContaining('set the action off again')] },
      ]);
    }
  });

  test('makes none that come from its own bookable, where two set each other off', async () => {
    const rooms = [await world.addRoom(), await world.addRoom()] as const;
    for (const [room, other] of [rooms, rooms.toReversed() as [string, string]]) {
      await world.bind(await makeAt({ object_id: other }), room);
      await world.bind(await world.addAction({ trigger: 'checkin_created', url: `/made-at-${room}` }), room);
    }
    await world.send('POST', '/checkin', checkinAt(rooms[0]));
    const made = () => rooms.map((room) => world.hooks.calls.filter(({ path }) => path === `/made-at-${room}`).length);
    await expect.poll(made, { timeout: 20_000 }).toEqual([2, 1]);
    // What is fired later comes later: another check-in would have been told of by now.
    await world.send('POST', '/checkin', checkinAt(rooms[0]));
    await expect.poll(made, { timeout: 20_000 }).toEqual([4, 2]);
  });
});

describe('an action', () => {
  const action = (fields: object = {}) =>
    world.send('POST', '/action', { name: 'Tell', trigger: 'checkin_created', owner_id: world.customer, ...fields });

  test('is created, listed, changed and removed in the envelope; its secret is told once', async () => {
    const created = await action({ description: 'Tells', event: 'arrived', input: { a: 1 } });
    expect([created.status, created.body?.['count']]).toEqual([201, 1]);
    const { id, secret } = dataOf(created);
    expect(secret).toEqual(expect.any(String));
    expect(dataOf(await world.send('GET', `/action/${id}`))).toEqual({ ...dataOf(created), secret: null });
    const list = await world.send('GET', '/action?trigger=checkin_created&per_page=100');
    expect((list.body?.['data'] as Row[]).map((row) => row.id)).toContain(id);
    expect(list.body?.['count']).toBeGreaterThanOrEqual(1);
    const put = await world.send('PUT', `/action/${id}`, { name: 'Tells more', description: null });
    expect(dataOf(put)).toMatchObject({ name: 'Tells more', description: null, event: 'arrived', input: { a: 1 } });
    expect((await world.send('DELETE', `/action/${id}`)).status).toBe(200);
    expect((await world.send('GET', `/action/${id}`)).status).toBe(404);
  });

  test.each([
    ['trigger', { trigger: 'full_moon' }],
    ['name', { name: '' }],
    ['owner_id', { owner_id: 'nobody' }],
    ['url', { url: 'https://10.0.0.1/hook' }],
    ['url', { url: 'http://example.com/hook' }],
    ['event', { url: 'https://example.com/', event: 'both' }],
    ['input', { input: { long: 'x'.repeat(20_000) } }],
    ['input.device_id', { run: 'unlock_door', input: { device_id: 'none' } }],
  ])('is refused for a wrong %s, and so is a change to it', async (field, fields) => {
    const made = dataOf(await action());
    for (const answer of [await action(fields), await world.send('PUT', `/action/${made.id}`, fields)]) {
      expect(answer.status).toBe(422);
      expect((answer.body?.['error'] as { fields: object }).fields).toHaveProperty([field]);
    }
    expect(dataOf(await world.send('GET', `/action/${made.id}`))).toEqual({ ...made, secret: null });
  });

  test('is bound once to a bookable, and unbound by the id of the bookable', async () => {
    const { id } = dataOf(await action());
    const bind = (input: object) =>
      world.send('POST', `/action/${id}/object`, { object_type: 'public.bookable', object_id: world.room, input });
    const [first, second] = [await bind({ door: 1 }), await bind({ door: 2 })];
    expect([first.status, dataOf(first)]).toMatchObject([
      201,
      { action_id: id, object_id: world.room, input: { door: 1 } },
    ]);
    expect(dataOf(second)).toEqual({ ...dataOf(first), input: { door: 2 } });
    expect((await world.send('DELETE', `/action/${id}/object/${world.room}`)).status).toBe(200);
    expect((await world.send('DELETE', `/action/${id}/object/${world.room}`)).status).toBe(404);
    const nowhere = { object_type: 'public.bookable', object_id: 'none' };
    const refused = await world.send('POST', `/action/${id}/object`, nowhere);
    expect([refused.status, (refused.body?.['error'] as { fields: object }).fields]).toEqual([
      422,
      { object_id: [expect.any(String)] },
    ]);
  });

  test('needs the permission settings.manage and is nobody else’s', async () => {
    const { id } = dataOf(await action());
    const viewer = await world.addStaff(['checkins.manage']);
    const bookable = { object_type: 'public.bookable', object_id: world.room };
    const body = { name: 'Theirs', trigger: 'checkin_created', owner_id: world.customer };
    expect((await world.send('POST', '/action', body, { token: viewer })).status).toBe(403);
    expect((await world.send('GET', '/action', undefined, { token: viewer })).status).toBe(403);
    const list = await world.send('GET', '/action', undefined, { token: world.tokens.stranger });
    expect([list.status, list.body?.['data']]).toEqual([200, []]);
    for (const [token, status] of [
      [viewer, 403],
      [world.tokens.stranger, 404],
    ] as const) {
      expect((await world.send('GET', `/action/${id}`, undefined, { token })).status).toBe(status);
      expect((await world.send('PUT', `/action/${id}`, {}, { token })).status).toBe(status);
      expect((await world.send('DELETE', `/action/${id}`, undefined, { token })).status).toBe(status);
      expect((await world.send('POST', `/action/${id}/object`, bookable, { token })).status).toBe(status);
      expect((await world.send('DELETE', `/action/${id}/object/${world.room}`, undefined, { token })).status).toBe(
        status,
      );
    }
  });
});
