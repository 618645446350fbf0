import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import type { Answer } from '../../../test/contract/support/client.ts';
import { connectReader } from '../simulator/reader.ts';
import { dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

interface Scan extends Row {
  readonly code: Row;
  readonly data: object;
  readonly actions: readonly (Row & { status: string; checkin_id: string | null; message: string | null })[];
}

const make = async (fields: object = {}): Promise<Row & { value: string }> =>
  dataOf(await world.send('POST', '/code', { name: 'At the door', ...fields })) as Row & { value: string };
const scan = (value: string, token?: string) => world.send('GET', `/resolve/${value}`, undefined, { token });
const scanned = async (value: string, token?: string): Promise<Scan> => dataOf(await scan(value, token)) as Scan;
const attach = async (code: string, fields: object, input: object = {}): Promise<string> => {
  const action = await world.addAction({ trigger: 'code_scanned', ...fields });
  await world.api.post(`/code/${code}/action`, { action_id: action, input });
  return action;
};
/** Scans in rounds of ten until one is refused: what may be taken in a minute comes back evenly while they go on. */
async function untilRefused(scanOne: (turn: number) => Promise<Answer>): Promise<{ taken: Answer[]; refused: Answer }> {
  const taken: Answer[] = [];
  for (let turn = 0; ; turn += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, place) => scanOne(turn + place)));
    taken.push(...answers.filter(({ status }) => status !== 429));
    const refused = answers.find(({ status }) => status === 429);
    if (refused) return { taken, refused };
  }
}
const statusesOf = ({ actions }: Scan): string[] => actions.map(({ status }) => status);

describe('a code', () => {
  test('has a value of 32 characters that is its own, and all its fields', async () => {
    const answer = await world.send('POST', '/code', { name: 'Door', owner_id: world.customer, data: { door: 1 } });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      data: {
        ...{
          id: expect.any(String),
          value: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
          name: 'Door',
          data: { door: 1 },
        },
        ...{ description: null, expires_at: null, created_by: expect.any(String), owner_id: world.customer },
        ...{ created_at: expect.any(String), updated_at: expect.any(String) },
      },
      request_id: answer.headers['request-id'],
      count: 1,
    });
    expect((await make()).value).not.toBe(dataOf(answer)['value']);
  });

  test('is changed where the body says so, but for its value', async () => {
    const { id, value } = await make({ description: 'Main', data: { a: 1 } });
    const put = async (body: object) => dataOf(await world.send('PUT', `/code/${id}`, body));
    expect(await put({ name: 'Side', value: 'x' })).toMatchObject({
      name: 'Side',
      description: 'Main',
      value,
      data: { a: 1 },
    });
    expect(await put({ description: null, data: null })).toMatchObject({ name: 'Side', description: null, data: {} });
    expect(await put({ expires_at: '2040-01-01T00:00:00Z' })).toMatchObject({
      expires_at: '2040-01-01T00:00:00+00:00',
    });
    expect(dataOf(await world.send('GET', `/code/${id}`))).toMatchObject({ expires_at: '2040-01-01T00:00:00+00:00' });
  });

  test.each([
    ['name', { name: '' }],
    ['owner_id', { owner_id: 'nobody' }],
    ['data', { data: { long: 'x'.repeat(20_000) } }],
    ['expires_at', { expires_at: 'soon' }],
  ])('is refused for a wrong %s, and so is a change to it', async (field, fields) => {
    const made = await make();
    const created = await world.send('POST', '/code', { name: 'Door', ...fields });
    for (const answer of [created, await world.send('PUT', `/code/${made.id}`, fields)]) {
      expect([answer.status, (answer.body?.['error'] as { fields: object }).fields]).toEqual([
        422,
        { [field]: [expect.any(String)] },
      ]);
    }
    expect(dataOf(await world.send('GET', `/code/${made.id}`))).toEqual(made);
  });

  test('takes actions of its organisation only', async () => {
    const { id } = await make();
    const action = await world.addAction({ trigger: 'code_scanned' });
    const bound = await world.send('POST', `/code/${id}/action`, { action_id: action, input: { a: 1 } });
    expect([bound.status, dataOf(bound)]).toMatchObject([201, { code_id: id, action_id: action, input: { a: 1 } }]);
    expect((await world.send('POST', `/code/${id}/action`, { action_id: 'none' })).status).toBe(422);
  });

  test('opens no door and checks in nowhere but at the sites of whoever binds the action', async () => {
    const other = await world.api.post('/sites', { name: 'Hill Spa', timezone: 'Europe/London', currency: 'GBP' });
    const device = await world.api.post('/devices', {
      ...{ site_id: other.id, name: 'Door', kind: 'gantner_g7', serial_number: 'SN-99', direction: 'in' },
      medium_format: 'HEX_MSB',
    });
    const room = await world.api.post('/shop/rooms', { site_id: other.id, name: 'Lily' });
    const token = await world.addStaff(['settings.manage']);
    const code = dataOf(await world.send('POST', '/code', { name: 'Theirs' }, { token }));
    for (const [run, field, id] of [
      ['unlock_door', 'device_id', device.id],
      ['create_checkin', 'object_id', room.id],
    ] as const) {
      const body = { name: 'Theirs', trigger: 'code_scanned', owner_id: world.customer, run };
      const own = dataOf(await world.send('POST', '/action', body, { token }));
      const theOthers = await world.addAction({ ...body, input: { [field]: id } });
      const binding = { action_id: own.id, input: { [field]: id } };
      const bookable = { object_type: 'public.bookable', object_id: world.room };
      const refused = await Promise.all([
        world.send('POST', '/action', { ...body, input: { [field]: id } }, { token }),
        world.send('PUT', `/action/${own.id}`, { input: { [field]: id } }, { token }),
        world.send('PUT', `/action/${theOthers}`, { trigger: 'checkin_created' }, { token }),
        world.send('POST', `/code/${code.id}/action`, binding, { token }),
        world.send('POST', `/code/${code.id}/action`, { action_id: theOthers }, { token }),
        world.send('POST', `/action/${own.id}/object`, { ...bookable, input: binding.input }, { token }),
      ]);
      for (const { status, body: answer } of refused) {
        expect([status, (answer?.['error'] as { fields: object }).fields]).toEqual([
          422,
          { [`input.${field}`]: [expect.any(String)] },
        ]);
      }
      // Whoever may use both may have what was bound by another changed.
      await world.api.post(`/code/${code.id}/action`, binding);
      const change = { continue_on_fail: true };
      expect((await world.send('PUT', `/action/${own.id}`, change, { token })).status).toBe(422);
      expect((await world.send('PUT', `/action/${own.id}`, change)).status).toBe(200);
    }
  });

  test('needs the permission settings.manage and is nobody else’s', async () => {
    const { id } = await make();
    const viewer = await world.addStaff(['checkins.manage']);
    const action = await world.addAction({});
    for (const [token, status] of [
      [viewer, 403],
      [world.tokens.stranger, 404],
    ] as const) {
      const ask = (verb: string, path: string, body?: object) => world.send(verb, path, body, { token });
      expect((await ask('GET', `/code/${id}`)).status).toBe(status);
      expect((await ask('PUT', `/code/${id}`, {})).status).toBe(status);
      expect((await ask('DELETE', `/code/${id}`)).status).toBe(status);
      expect((await ask('POST', `/code/${id}/action`, { action_id: action })).status).toBe(status);
    }
    expect((await world.send('POST', '/code', { name: 'x' }, { token: viewer })).status).toBe(403);
  });
});

describe('a scan', () => {
  test('needs no login, and answers the code, its data and what became of its actions in their order', async () => {
    const { id, value } = await make({ data: { welcome: 'Hello' } });
    await attach(id, { url: '/scan', name: 'Tell' }, { lane: 2 });
    await attach(id, { event: 'door_scanned', name: 'Emit' });
    const scan = await scanned(value);
    expect(scan).toMatchObject({ code: { id, value }, data: { welcome: 'Hello' } });
    expect(scan.actions).toMatchObject([
      { name: 'Tell', status: 'done' },
      { name: 'Emit', status: 'done' },
    ]);
    const call = world.hooks.calls.find(({ path }) => path === '/scan');
    expect(call?.body).toMatchObject({ input: { lane: 2 }, context: { trigger: 'code_scanned', code: { id } } });
  });

  test('is not made by HEAD, and its answer may not be kept', async () => {
    const { id, value } = await make();
    await attach(id, { url: '/by-head' });
    const head = await world.send('HEAD', `/resolve/${value}`);
    expect([head.status, head.headers['allow'], head.headers['cache-control']]).toEqual([405, 'GET', 'no-store']);
    expect(world.hooks.calls.some(({ path }) => path === '/by-head')).toBe(false);
    expect((await scan(value)).headers['cache-control']).toBe('no-store');
    expect(world.hooks.calls.filter(({ path }) => path === '/by-head')).toHaveLength(1);
  });

  test('creates a check-in that has arrived; its triggers come before the next action', async () => {
    const room = await world.addRoom();
    for (const trigger of ['checkin_created', 'checkout_started', 'checkin_updated']) {
      await world.bind(await world.addAction({ trigger, url: '/flow' }), room);
    }
    const { id, value } = await make({ owner_id: world.customer });
    await attach(id, { run: 'create_checkin', input: { object_id: room, duration_minutes: 30 } });
    await attach(id, { url: '/flow' });
    const [created] = (await scanned(value)).actions;
    const checkin = dataOf(await world.send('GET', `/checkin/${created?.checkin_id}`));
    expect(checkin).toMatchObject({ object_id: room, owner_id: world.customer, check_in: expect.any(String) });
    expect(Date.parse(String(checkin['ends_at'])) - Date.parse(String(checkin['starts_at']))).toBe(30 * 60_000);
    const order = world.hooks.calls.filter(({ path }) => path === '/flow').map(({ body }) => body.context.trigger);
    expect(order).toEqual(['checkin_created', 'checkout_started', 'checkin_updated', 'code_scanned']);
  });

  test('by a customer who has signed in is their own arrival', async () => {
    const { id, value } = await make();
    await attach(id, { run: 'create_checkin' }, { object_id: world.room });
    const [created] = (await scanned(value, world.tokens.customer)).actions;
    const token = world.tokens.customer;
    const checkin = await world.send('GET', `/checkin/${created?.checkin_id}`, undefined, { token });
    expect(dataOf(checkin)['owner_id']).toBe(world.customer);
  });

  test('unlocks the door of a reader that is connected, and says so where it is not', async () => {
    const device = await world.api.post('/devices', {
      ...{ site_id: world.site, name: 'Door', kind: 'gantner_g7', serial_number: 'SN-77', direction: 'in' },
      medium_format: 'HEX_MSB',
    });
    const { token } = await world.api.post<Row & { token: string }>(`/devices/${device.id}/token`);
    const { id, value } = await make();
    await attach(id, { run: 'unlock_door', input: { device_id: device.id } });
    await attach(id, { url: '/behind-the-door' });
    const alone = await scanned(value);
    expect(statusesOf(alone)).toEqual(['failed', 'skipped']);
    const reader = await connectReader({ url: world.system.readersUrl, token, serial: 'SN-77' });
    try {
      expect(statusesOf(await scanned(value))).toEqual(['done', 'done']);
      await expect.poll(() => reader.decisionCount, { timeout: 20_000 }).toBe(1);
    } finally {
      await reader.close();
    }
  });

  test('ends before its deadline: what comes behind slow actions is left out', async () => {
    const { id, value } = await make();
    world.hooks.stall('/slow');
    for (let count = 0; count < 4; count++) await attach(id, { url: '/slow', continue_on_fail: true });
    await attach(id, { url: '/behind-the-slow' });
    const answer = await scanned(value);
    expect(answer.actions.at(0)).toMatchObject({ status: 'failed' });
    expect(answer.actions.at(-1)).toMatchObject({ status: 'skipped', message: expect.stringContaining('too long') });
    expect(world.hooks.calls.some(({ path }) => path === '/behind-the-slow')).toBe(false);
  });

  test('of a code that is unknown, expired or removed is not found, and nothing tells them apart', async () => {
    const [gone, expired] = [await make(), await make({ expires_at: '2020-01-01T00:00:00Z' })];
    await world.send('DELETE', `/code/${gone.id}`);
    const text = ({ status, text: body }: Answer, value: string): string =>
      `${status} ${body.replace(value, '').replace(/"request_id.*/, '')}`;
    const unknown = 'x'.repeat(32);
    const answers = await Promise.all([gone.value, expired.value, unknown].map((value) => scan(value)));
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404]);
    const [first, second, third] = answers as [Answer, Answer, Answer];
    expect(text(first, gone.value)).toBe(text(third, unknown));
    expect(text(second, expired.value)).toBe(text(third, unknown));
  });

  test('too many a minute of one code are refused with the time to wait', async () => {
    const { value } = await make();
    const { taken, refused } = await untilRefused(() => scan(value));
    expect(taken.length).toBeGreaterThanOrEqual(60);
    for (const { status } of taken) expect(status).toBe(200);
    expect([refused.headers['retry-after'], refused.body?.['error']]).toMatchObject(['1', { code: 'too_many_scans' }]);
  });
});

// The last one, for it stops this address.
test('scans of any codes from one address are refused after three hundred a minute, and nothing else is', async () => {
  const { id } = await make();
  const { taken, refused } = await untilRefused((turn) => scan(`${turn}`.padEnd(32, 'x')));
  for (const { status } of taken) expect(status).toBe(404);
  expect(refused.body?.['error']).toMatchObject({ code: 'too_many_calls' });
  expect((await world.send('GET', `/code/${id}`)).status).toBe(200);
});
