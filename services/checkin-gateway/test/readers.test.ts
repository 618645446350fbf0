import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeviceTokenServiceService } from '@lido/proto/lido/checkin/internal/v1/device_token.ts';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { anotherService, staff, staffElsewhere } from '../../../test/support/callers.ts';
import { ReaderRefused } from '../simulator/refused.ts';
import { device } from './builders.ts';
import { eventually, startGateway, type TestDevice } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let tokens: Peer<typeof DeviceTokenServiceService>;

beforeAll(async () => {
  gateway = await startGateway();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  tokens = peerOf(DeviceTokenServiceService, connectTo(gateway.address, { name: 'gateway', telemetry }));
});
afterAll(() => gateway.stop());

async function refusalOf(dialling: TestDevice): Promise<number | undefined> {
  const error: unknown = await gateway.connect(dialling).catch((reason: unknown) => reason);
  return error instanceof ReaderRefused ? error.code : undefined;
}

const statusOf = async ({ id }: TestDevice) => (await gateway.devices.getDevice({ id }, gateway.caller)).status;

describe('a device', () => {
  test('begins with the defaults of what its body leaves out', async () => {
    const created = await gateway.devices.createDevice(
      device({ siteId: gateway.siteId, serialNumber: 'D-1' }),
      gateway.caller,
    );
    expect(created).toMatchObject({
      ...{ name: 'Front door', siteId: gateway.siteId, serialNumber: 'D-1', uidBytes: 4, relayId: 1, unlockMs: 3_000 },
      ...{
        offlinePolicy: 'OFFLINE_POLICY_DENY',
        enabled: true,
        status: { online: false, lastSeenAt: null, lagMs: null },
      },
    });
    expect(await gateway.devices.getDevice({ id: created.id }, gateway.caller)).toEqual(created);
  });

  test('changes by the fields that are sent', async () => {
    const { id } = await gateway.addDevice();
    const changes = device({ name: 'Back door', direction: 'DEVICE_DIRECTION_OUT', enabled: false });
    const request = { id, device: changes, updateMask: ['name', 'enabled'] };
    const updated = await gateway.devices.updateDevice(request, gateway.caller);
    expect(updated).toMatchObject({ name: 'Back door', enabled: false, direction: 'DEVICE_DIRECTION_IN' });
  });

  test('is listed by kind and state, and is gone after its removal', async () => {
    const { id } = await gateway.addDevice({ name: 'A door to remove', enabled: false });
    const idsOf = async (enabled: boolean): Promise<string[]> => {
      const { data } = await gateway.devices.listDevices(
        { siteId: [gateway.siteId], enabled, kind: 'DEVICE_KIND_GANTNER_G7' },
        gateway.caller,
      );
      return data.map((row) => row.id);
    };
    expect(await idsOf(false)).toContain(id);
    expect(await idsOf(true)).not.toContain(id);
    await gateway.devices.deleteDevice({ id }, gateway.caller);
    expect(await idsOf(false)).not.toContain(id);
    const change = { id, device: device({ name: 'Back again' }), updateMask: ['name'] };
    const missing = { kind: 'not_found' };
    await expect(gateway.devices.getDevice({ id }, gateway.caller)).rejects.toMatchObject(missing);
    await expect(gateway.devices.updateDevice(change, gateway.caller)).rejects.toMatchObject(missing);
    await expect(gateway.devices.deleteDevice({ id }, gateway.caller)).rejects.toMatchObject(missing);
  });

  test('needs a serial number of its own', async () => {
    const { serial } = await gateway.addDevice();
    const twin = gateway.devices.createDevice(device({ siteId: gateway.siteId, serialNumber: serial }), gateway.caller);
    await expect(twin).rejects.toMatchObject({ kind: 'invalid', fields: { serial_number: [expect.any(String)] } });
  });

  test('is missing to another organisation, and forbidden without settings.manage', async () => {
    const { id, serial } = await gateway.addDevice();
    const { devices, siteId, caller: owner } = gateway;
    const before = await devices.getDevice({ id }, owner);
    const body = device({ siteId, name: 'Theirs', serialNumber: `${serial}-2` });
    const callers = [
      [staffElsewhere(owner), 'not_found', 'invalid'],
      [staff(gateway, [siteId], { held: ['checkins.manage', 'checkins.view'] }), 'forbidden', 'forbidden'],
    ] as const;
    for (const [caller, kind, kindOfNew] of callers) {
      await expect(devices.listDevices({ siteId: [siteId] }, caller)).rejects.toMatchObject({ kind });
      await expect(devices.getDevice({ id }, caller)).rejects.toMatchObject({ kind });
      await expect(devices.createDevice(body, caller)).rejects.toMatchObject({ kind: kindOfNew });
      const change = { id, device: body, updateMask: ['name'] };
      await expect(devices.updateDevice(change, caller)).rejects.toMatchObject({ kind });
      await expect(devices.createDeviceToken({ id }, caller)).rejects.toMatchObject({ kind });
      await expect(devices.deleteDevice({ id }, caller)).rejects.toMatchObject({ kind });
    }
    expect(await devices.getDevice({ id }, owner)).toEqual(before);
  });
});

describe('a token', () => {
  test('that is unknown is refused with 401', async () => {
    const dialling = await gateway.addDevice();
    expect(await refusalOf({ ...dialling, token: 'no-token-of-ours' })).toBe(401);
    expect(await refusalOf({ ...dialling, token: `${dialling.token.slice(0, -4)}AAAA` })).toBe(401);
  });

  test('of a disabled device is refused with 403', async () => {
    expect(await refusalOf(await gateway.addDevice({ enabled: false }))).toBe(403);
  });

  test('of a removed device is refused with 401', async () => {
    const dialling = await gateway.addDevice();
    await gateway.devices.deleteDevice({ id: dialling.id }, gateway.caller);
    expect(await refusalOf(dialling)).toBe(401);
  });

  test('works beside a newer one until that is used', async () => {
    const older = await gateway.addDevice();
    const { token } = await gateway.devices.createDeviceToken({ id: older.id }, gateway.caller);
    await (await gateway.connect(older)).close();
    await (await gateway.connect({ ...older, token })).close();
    expect(await refusalOf(older)).toBe(401);
  });

  test('stops working when two newer ones exist', async () => {
    const oldest = await gateway.addDevice();
    await gateway.devices.createDeviceToken({ id: oldest.id }, gateway.caller);
    await gateway.devices.createDeviceToken({ id: oldest.id }, gateway.caller);
    expect(await refusalOf(oldest)).toBe(401);
  });

  test('is stored nowhere but as a hash', async () => {
    const { token, id } = await gateway.addDevice();
    const rows = await gateway.sql<{ token_hash: string }>(
      'select token_hash from device_tokens where device_id = $1',
      [id],
    );
    expect(rows).toEqual([{ token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    const [outbox] = await gateway.sql<{ count: string }>(
      `select count(*) from outbox where encode(payload, 'escape') like $1`,
      [`%${token}%`],
    );
    expect(outbox?.count).toBe('0');
  });
});

describe('a connection', () => {
  test('with another serial number is refused', async () => {
    const dialling = await gateway.addDevice();
    expect(await refusalOf({ ...dialling, serial: 'SN-of-another' })).toBe(1008);
  });

  test('shows in the status of the device while it lasts', async () => {
    const dialling = await gateway.addDevice();
    const reader = await gateway.connect(dialling);
    await eventually(async () => (await statusOf(dialling))?.online === true);
    expect((await statusOf(dialling))?.lastSeenAt).toMatch(/^20/);
    await reader.close();
    await eventually(async () => (await statusOf(dialling))?.online === false);
  });

  test('is replaced by a newer one of the same device', async () => {
    const dialling = await gateway.addDevice();
    const member = await gateway.addMember();
    const older = await gateway.connect(dialling);
    const newer = await gateway.connect(dialling);
    expect(await older.closed).toBe(4000);
    expect(await newer.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    await eventually(async () => (await statusOf(dialling))?.online === true);
  });

  test('without heartbeats ends after three intervals', async () => {
    const dialling = await gateway.addDevice();
    const reader = await gateway.connect(dialling, { isSilent: true });
    expect(await reader.closed).toBe(4001);
    await eventually(async () => (await statusOf(dialling))?.online === false);
  });

  test('outlives a while in which the gateway itself stands still', async () => {
    const reader = await gateway.connect(await gateway.addDevice());
    const member = await gateway.addMember();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_500);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
  });

  test('ends when its device is disabled', async () => {
    const dialling = await gateway.addDevice();
    const reader = await gateway.connect(dialling);
    await gateway.devices.updateDevice(
      { id: dialling.id, device: device({ enabled: false }), updateMask: ['enabled'] },
      gateway.caller,
    );
    await reader.closed;
    expect(await refusalOf(dialling)).toBe(403);
  });

  test('survives frames that are none', async () => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    const garbage = [
      '',
      '{',
      'null',
      '[]',
      '{"Cmd":7}',
      '{"Cmd":"App.CardIdent","MT":"Evt","Data":"x"}',
      '{"Cmd":"Heartbeat","MT":"Nonsense"}',
    ];
    for (const text of garbage) reader.sendRaw(text);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
  });

  test('ends when it carries nothing but garbage', async () => {
    const reader = await gateway.connect(await gateway.addDevice());
    for (let count = 0; count < 100; count++) reader.sendRaw('garbage');
    expect(await reader.closed).toBe(1008);
  });
});

test('one scan that a device tells of twice is decided once', async () => {
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice());
  expect(await reader.double(member.customerId, 0)).toMatchObject({ outcome: 'granted' });
  await reader.barcode('a later scan');
  expect(reader.decisionCount).toBe(2);
});

test.each([true, false])('feedback that somebody passed (%s) is noted with the tap', async (passed) => {
  const dialling = await gateway.addDevice();
  const member = await gateway.addMember();
  const reader = await gateway.connect(dialling);
  await reader.tap({ uid: member.uid });
  reader.pass(passed);
  const passages = () =>
    gateway.sql<{ passed: boolean }>('select passed from taps where device_id = $1 and passed is not null', [
      dialling.id,
    ]);
  await eventually(async () => (await passages()).length === 1);
  expect(await passages()).toEqual([{ passed }]);
});

describe('firmware without an unlock process', () => {
  const relaysOn = (dialling: TestDevice) =>
    gateway.sql<{ relays_on: number[] }>('select relays_on from devices where id = $1', [dialling.id]);

  test('has its relay switched on, and off again when the time is over', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 200 });
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling, { isWithoutUnlockProcess: true });
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });
    expect([...reader.relaysOn]).toEqual([3]);
    await eventually(async () => reader.relaysOn.size === 0);
    await eventually(async () => (await relaysOn(dialling))[0]?.relays_on.length === 0);
  });

  test('that loses its connection meanwhile has the relay switched off when it comes back', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling, { isWithoutUnlockProcess: true });
    await reader.tap({ uid: member.uid });
    await reader.close();
    expect(await relaysOn(dialling)).toEqual([{ relays_on: [3] }]);
    await gateway.connect(dialling, { isWithoutUnlockProcess: true });
    await eventually(async () => (await relaysOn(dialling))[0]?.relays_on.length === 0);
  });
});

describe('a door that is open by hand is shut before its connection ends', () => {
  const openDoor = async (at?: TestDevice) => {
    const dialling = at ?? (await gateway.addDevice({ relayId: 3, unlockMs: 60_000 }));
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling, { isWithoutUnlockProcess: true, ignoredOffOrders: 1 });
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    expect([...reader.relaysOn]).toEqual([3]);
    return { ...dialling, reader };
  };
  const isShut = async ({ id, reader }: Awaited<ReturnType<typeof openDoor>>): Promise<void> => {
    expect(await reader.closed).toBe(1012);
    expect([...reader.relaysOn]).toEqual([]);
    expect(await gateway.sql('select relays_on from devices where id = $1', [id])).toEqual([{ relays_on: [] }]);
  };

  test('by a change of its device', async () => {
    const open = await openDoor();
    const changes = device({ enabled: false });
    await gateway.devices.updateDevice({ id: open.id, device: changes, updateMask: ['enabled'] }, gateway.caller);
    await isShut(open);
  });

  test('by a newer token of its device, which comes back with that', async () => {
    const open = await openDoor();
    const { token } = await gateway.devices.createDeviceToken({ id: open.id }, gateway.caller);
    await isShut(open);
    const again = await gateway.connect({ ...open, token });
    expect(await again.tap({ uid: (await gateway.addMember()).uid })).toMatchObject({ outcome: 'granted' });
  });

  test('by the first use of a newer token over HTTP, which ends the older one', async () => {
    const older = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
    const { token } = await gateway.devices.createDeviceToken({ id: older.id }, gateway.caller);
    const open = await openDoor(older);
    expect((await tokens.resolveDeviceToken({ token }, anotherService())).principal?.id).toBe(open.id);
    await isShut(open);
    expect(await refusalOf(older)).toBe(401);
  });

  test('by the removal of its device', async () => {
    const open = await openDoor();
    await gateway.devices.deleteDevice({ id: open.id }, gateway.caller);
    await isShut(open);
  });
});

test.each([
  ['MEDIUM_FORMAT_HEX_LSB', (uid: string) => uid.match(/../g)?.reverse().join('') ?? ''],
  ['MEDIUM_FORMAT_DECIMAL', (uid: string) => String(Number.parseInt(uid, 16)).padStart(10, '0')],
] as const)('a card is known at a reader that writes it as %s', async (mediumFormat, write) => {
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice({ mediumFormat }));
  expect(await reader.tap({ uid: write(member.uid) })).toMatchObject({ outcome: 'granted' });
});

test('an exit opens for a card that nobody knows', async () => {
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' }));
  expect(await reader.tap({ uid: '0A0B0C0D' })).toMatchObject({ outcome: 'granted', displayText: 'Goodbye' });
});
