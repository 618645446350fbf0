import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import { freePort } from '../../../tools/local/ports.ts';
import { type ListeningDevice, listenAsDevice } from '../simulator/listening-device.ts';
import type { SimulatedBehaviour } from '../simulator/reader.ts';
import { device } from './builders.ts';
import { eventually, startGateway } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ env: { LIDO_SECRETS_KEY: randomBytes(32).toString('base64') } });
});
afterAll(() => gateway.stop());

const login = { user: 'lido', password: 'opën sesame' };
const loginFields = { loginUser: login.user, loginPassword: login.password };

async function listen(behaviour: Partial<SimulatedBehaviour> & { serial: string }): Promise<ListeningDevice> {
  const listening = await listenAsDevice({ login, ...behaviour });
  onTestFinished(() => listening.close());
  return listening;
}

const serial = (): string => randomBytes(6).toString('hex');

async function create(fields: Partial<Device>): Promise<string> {
  const created = await gateway.devices.createDevice(device({ siteId: gateway.siteId, ...fields }), gateway.caller);
  onTestFinished(async () => {
    await gateway.devices.deleteDevice({ id: created.id }, gateway.caller);
  });
  return created.id;
}

const statusOf = async (id: string) => (await gateway.devices.getDevice({ id }, gateway.caller)).status;

describe('a reader that we dial', () => {
  test('is logged in to with user and password, and its taps are decided', async () => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber });
    const id = await create({ serialNumber, address: listening.url, ...loginFields });
    const reader = await listening.nextReader();
    const member = await gateway.addMember();
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });
    expect(await reader.tap({ uid: '04FFFFFF' })).toMatchObject({ outcome: 'denied' });
    await eventually(async () => (await statusOf(id))?.online === true);
    expect(await statusOf(id)).toMatchObject({ deviceType: 'GT7 (simulated)', firmware: '1.0' });
  });

  test('may take a token instead', async () => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber, login: { token: 'a-token' } });
    await create({ serialNumber, address: listening.url, loginToken: 'a-token' });
    await listening.nextReader();
  });

  test('is dialled again when it hangs up', async () => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber });
    await create({ serialNumber, address: listening.url, ...loginFields });
    await listening.nextReader();
    listening.hangUp();
    const member = await gateway.addMember();
    expect(await (await listening.nextReader()).tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
  });

  test('is dialled until it is there', async () => {
    const serialNumber = serial();
    const port = await freePort();
    const id = await create({ serialNumber, address: `ws://127.0.0.1:${port}/api`, ...loginFields });
    await eventually(async () => (await statusOf(id))?.lastRefusal?.startsWith('Not reached') === true);
    const late = await listenAsDevice({ serial: serialNumber, login, port });
    onTestFinished(() => late.close());
    await late.nextReader();
  });

  test('is said to be not reached in the same words, whatever is at its address', async () => {
    const web = createServer((_request, response) => void response.end());
    const silent = createNetServer();
    for (const server of [web, silent]) {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void server.close());
    }
    const ports = [web, silent].map((server) => (server.address() as AddressInfo).port);
    const words = await Promise.all(
      [...ports, await freePort()].map(async (port) => {
        const id = await create({ serialNumber: serial(), address: `ws://127.0.0.1:${port}/api` });
        await eventually(async () => Boolean((await statusOf(id))?.lastRefusal));
        return (await statusOf(id))?.lastRefusal;
      }),
    );
    expect(new Set(words)).toEqual(new Set(['Not reached: no reader has answered at this address.']));
  });

  test('that takes no such login is not used, and its status says so', async () => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber });
    const id = await create({ serialNumber, address: listening.url, ...loginFields, loginPassword: 'wrong' });
    await eventually(async () => (await statusOf(id))?.lastRefusal === 'The device does not take our login.');
    const changes = device({ loginPassword: login.password });
    await gateway.devices.updateDevice({ id, device: changes, updateMask: ['login_password'] }, gateway.caller);
    await listening.nextReader();
  });

  test('that is another one than it should be is not used', async () => {
    const listening = await listen({ serial: serial() });
    const id = await create({ serialNumber: serial(), address: listening.url, ...loginFields });
    await eventually(async () => (await statusOf(id))?.lastRefusal?.startsWith('The serial number') === true);
  });

  test('has a relay switched off after a reconnect that was switched on before', async () => {
    const serialNumber = serial();
    const relays = new Set<number>();
    const listening = await listen({ serial: serialNumber, relays, isWithoutUnlockProcess: true });
    await create({ serialNumber, address: listening.url, ...loginFields, relayId: 3, unlockMs: 60_000 });
    const member = await gateway.addMember();
    await (await listening.nextReader()).tap({ uid: member.uid });
    expect([...relays]).toEqual([3]);
    listening.hangUp();
    await eventually(async () => relays.size === 0);
  });

  test.each([
    ['is dialled no more', { enabled: false }, 'enabled'],
    ['is logged in to with another token', { loginToken: 'another-token' }, 'login_token'],
  ])('has its relay switched off before it %s', async (_, changes, field) => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber, isWithoutUnlockProcess: true });
    const id = await create({ serialNumber, address: listening.url, ...loginFields, relayId: 3, unlockMs: 60_000 });
    const member = await gateway.addMember();
    const reader = await listening.nextReader();
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    expect([...reader.relaysOn]).toEqual([3]);
    await gateway.devices.updateDevice({ id, device: device(changes), updateMask: [field] }, gateway.caller);
    expect(await reader.closed).toBe(1012);
    expect([...reader.relaysOn]).toEqual([]);
  });

  test('is dialled once more to have its relay switched off where it was removed and did not hear of that', async () => {
    const serialNumber = serial();
    const relays = new Set<number>();
    const listening = await listen({ serial: serialNumber, relays, isWithoutUnlockProcess: true });
    const fields = { serialNumber, address: listening.url, ...loginFields, relayId: 3, unlockMs: 60_000 };
    const { id } = await gateway.devices.createDevice(device({ siteId: gateway.siteId, ...fields }), gateway.caller);
    const reader = await listening.nextReader();
    await reader.tap({ uid: (await gateway.addMember()).uid });
    reader.fallSilent();
    await gateway.devices.deleteDevice({ id }, gateway.caller);
    expect(await reader.closed).toBe(1012);
    expect([...relays]).toEqual([3]);
    const again = await listening.nextReader();
    expect(await again.closed).toBe(1008);
    expect([...relays]).toEqual([]);
    expect(await gateway.sql('select relays_on from devices where id = $1', [id])).toEqual([{ relays_on: [] }]);
  });

  test('is dialled no more once it is disabled, and without heartbeats it is dialled anew', async () => {
    const serialNumber = serial();
    const listening = await listen({ serial: serialNumber, isSilent: true });
    const id = await create({ serialNumber, address: listening.url, ...loginFields });
    const reader = await listening.nextReader();
    expect(await reader.closed).toBe(4001);
    const again = await listening.nextReader();
    const changes = device({ enabled: false });
    await gateway.devices.updateDevice({ id, device: changes, updateMask: ['enabled'] }, gateway.caller);
    await again.closed;
    await eventually(async () => (await statusOf(id))?.online === false);
  });

  test('can not dial us as well', async () => {
    const dialling = await gateway.addDevice({ address: 'ws://127.0.0.1:1/api' });
    await expect(gateway.connect(dialling)).rejects.toMatchObject({ code: 403 });
  });
});

describe('a login', () => {
  test('is kept sealed and answered by nobody', async () => {
    const fields = { address: 'ws://127.0.0.1:1/api', ...loginFields, loginToken: 'a-very-secret-token' };
    const id = await create({ serialNumber: serial(), ...fields });
    const shown = await gateway.devices.getDevice({ id }, gateway.caller);
    expect(shown).toMatchObject({ loginUser: 'lido', loginPassword: null, loginToken: null, hasLogin: true });
    const rows = await gateway.sql<{ everything: string }>(
      `select (d.*)::text || coalesce((select string_agg(encode(payload, 'escape'), ' ') from outbox), '') as everything
       from devices d where id = $1`,
      [id],
    );
    expect(rows[0]?.everything).not.toContain('sesame');
    expect(rows[0]?.everything).not.toContain('a-very-secret-token');
  });

  test('is cleared by null, and stays when it is not sent', async () => {
    const id = await create({ serialNumber: serial(), address: 'ws://127.0.0.1:1/api', ...loginFields });
    const change = (fields: Partial<Device>, updateMask: string[]) =>
      gateway.devices.updateDevice({ id, device: device(fields), updateMask }, gateway.caller);
    expect(await change({ name: 'Side door' }, ['name'])).toMatchObject({ hasLogin: true, loginUser: 'lido' });
    expect(await change({}, ['login_password', 'login_user'])).toMatchObject({ hasLogin: false, loginUser: null });
    expect(await change({}, ['address'])).toMatchObject({ address: null });
  });

  test('is forgotten with another address, but for what is sent anew', async () => {
    const address = 'ws://127.0.0.1:1/api';
    const id = await create({ serialNumber: serial(), address, ...loginFields, loginToken: 'a-token' });
    const change = (fields: Partial<Device>, updateMask: string[]) =>
      gateway.devices.updateDevice({ id, device: device(fields), updateMask }, gateway.caller);
    const sealed = async () => {
      const text = 'select login_password is null as password, login_token is null as token from devices where id = $1';
      const [row] = await gateway.sql<{ password: boolean; token: boolean }>(text, [id]);
      return { hasPassword: !row?.password, hasToken: !row?.token };
    };
    await change({ address }, ['address']);
    expect(await sealed()).toEqual({ hasPassword: true, hasToken: true });
    await change({ address: 'ws://127.0.0.1:2/api', loginPassword: 'new' }, ['address', 'login_password']);
    expect(await sealed()).toEqual({ hasPassword: true, hasToken: false });
    await change({ address: 'ws://127.0.0.1:3/api' }, ['address']);
    expect(await sealed()).toEqual({ hasPassword: false, hasToken: false });
  });

  test.each([
    ['an address that is none', { address: 'here' }, 'address'],
    ['an address of another protocol', { address: 'http://10.0.0.7/api' }, 'address'],
    ['an address with a password in it', { address: 'ws://lido:secret@10.0.0.7/api' }, 'address'],
    [
      'an address of a reader that speaks HTTP',
      { address: 'ws://10.0.0.7/api', kind: 'DEVICE_KIND_READER_HTTP' },
      'address',
    ],
    ['a password without a user', { address: 'ws://10.0.0.7/api', loginPassword: 'x' }, 'login_user'],
  ] as const)('with %s is refused', async (_, fields, field) => {
    const body = device({ siteId: gateway.siteId, serialNumber: serial(), ...fields });
    await expect(gateway.devices.createDevice(body, gateway.caller)).rejects.toMatchObject({
      fields: { [field]: [expect.any(String)] },
    });
  });
});

test('without a key no password is taken, in a sentence that says what is missing', async () => {
  const plain = await startGateway();
  onTestFinished(() => plain.stop());
  const body = device({ siteId: plain.siteId, address: 'ws://127.0.0.1:1/api', ...loginFields });
  await expect(plain.devices.createDevice(body, plain.caller)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { login_password: [expect.stringContaining('LIDO_SECRETS_KEY')] },
  });
});
