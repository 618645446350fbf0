import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import type { SimulatedReader } from '../simulator/reader.ts';
import { decisionDeadlineMs } from '../src/visits/decision.ts';
import { anyCheckIns, device } from './builders.ts';
import { eventually, startGateway, type TestDevice, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const byHand = { isWithoutUnlockProcess: true } as const;
const granted = { outcome: 'granted' } as const;

const statusOf = async ({ id }: TestDevice) => (await gateway.devices.getDevice({ id }, gateway.caller)).status;
const passagesOf = ({ id }: TestDevice) =>
  gateway.sql<{ passed: boolean | null }>('select passed from taps where device_id = $1', [id]);
const relaysKept = async ({ id }: TestDevice) =>
  (await gateway.sql<{ relays_on: number[] }>('select relays_on from devices where id = $1', [id]))[0]?.relays_on;

describe('a medium', () => {
  const forms: [string, Partial<Device>, (reader: SimulatedReader, guest: TestGuest) => Promise<object>][] = [
    ['as a card', {}, (reader, { uid }) => reader.tap({ uid })],
    ['as a card in lower case', {}, (reader, { uid }) => reader.tap({ uid: uid.toLowerCase() })],
    ['as a tag', {}, (reader, { uid }) => reader.tag({ uid })],
    [
      'as a card with its bytes turned round',
      { mediumFormat: 'MEDIUM_FORMAT_HEX_LSB' },
      (reader, { uid }) => reader.tap({ uid: uid.match(/../g)?.reverse().join('') ?? '' }),
    ],
    [
      'as a decimal number without its leading zeros',
      { mediumFormat: 'MEDIUM_FORMAT_DECIMAL' },
      (reader, { uid }) => reader.tap({ uid: String(Number.parseInt(uid, 16)) }),
    ],
    ['as a printed code', {}, (reader, { customerId }) => reader.barcode(customerId)],
    ['as a printed code that is told as a tag', {}, (reader, { customerId }) => reader.tag({ barcode: customerId })],
  ];
  test.each(forms)('that is held to a reader %s lets its member in', async (_, fields, hold) => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice(fields));
    expect(await hold(reader, member)).toMatchObject(granted);
  });
});

describe('a device that falls silent between the decision and the passage', () => {
  test('is given up, nothing is known of the passage, and its relay is off as soon as it is back', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 200 });
    const member = await gateway.addMember();
    const relays = new Set<number>();
    const reader = await gateway.connect(dialling, { ...byHand, relays });
    expect(await reader.tap({ uid: member.uid })).toMatchObject(granted);
    reader.fallSilent();
    expect(await reader.closed).toBe(4001);
    // The order to switch it off was given, and not heard.
    expect([[...relays], await relaysKept(dialling)]).toEqual([[3], [3]]);
    expect(await passagesOf(dialling)).toEqual([{ passed: null }]);
    await eventually(async () => (await statusOf(dialling))?.online === false);
    const again = await gateway.connect(dialling, { ...byHand, relays });
    await eventually(async () => relays.size === 0 && (await relaysKept(dialling))?.length === 0);
    gateway.advance(3);
    expect(await again.tap({ uid: member.uid })).toMatchObject({ displayText: 'Already checked in' });
  });
});

describe('a device that falls silent between the tap and its answer', () => {
  test('is given up, opens nothing, and its guest is known to have been let in', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 200 });
    const member = await gateway.addMember();
    const relays = new Set<number>();
    const reader = await gateway.connect(dialling, { ...byHand, relays });
    reader.report({ uid: member.uid });
    reader.fallSilent();
    expect(await reader.closed).toBe(4001);
    expect([reader.decisionCount, relays.size, await passagesOf(dialling)]).toEqual([0, 0, [{ passed: null }]]);
    const again = await gateway.connect(dialling, { ...byHand, relays });
    gateway.advance(3);
    expect(await again.tap({ uid: member.uid })).toMatchObject({ displayText: 'Already checked in' });
  });
});

test('a passage that is never told leaves the visit as it is', async () => {
  const dialling = await gateway.addDevice();
  const member = await gateway.addMember();
  const reader = await gateway.connect(dialling);
  await reader.tap({ uid: member.uid });
  expect(await passagesOf(dialling)).toEqual([{ passed: null }]);
  const { data } = await gateway.checkIns.listCheckIns(
    anyCheckIns({ customerId: [member.customerId] }),
    gateway.caller,
  );
  expect(data).toMatchObject([{ checkedOutAt: null }]);
});

test('a slow reader is served', async () => {
  const slow = await gateway.connect(await gateway.addDevice(), { answersAfterMs: 400, ...byHand });
  const { uid } = await gateway.addMember();
  expect(await slow.tap({ uid })).toMatchObject(granted);
});

test('a reader that does not answer keeps nobody else waiting', async () => {
  const slow = await gateway.connect(await gateway.addDevice(), { ...byHand, holdsUnlockAnswer: true });
  const other = await gateway.connect(await gateway.addDevice());
  const [one, two] = [await gateway.addMember(), await gateway.addMember()];
  slow.report({ uid: one.uid });
  await eventually(async () => slow.isHoldingAnswer);
  expect(await other.tap({ uid: two.uid })).toMatchObject(granted);
  expect([slow.isHoldingAnswer, slow.decisionCount]).toEqual([true, 0]);
});

test('an answer to an unlock order that comes after the deadline opens nothing', async () => {
  const [late, next] = [await gateway.addMember(), await gateway.addMember()];
  const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 200 });
  const reader = await gateway.connect(dialling, { ...byHand, holdsUnlockAnswer: true });
  reader.report({ uid: late.uid });
  await eventually(async () => reader.isHoldingAnswer);
  await delay(decisionDeadlineMs + 50);
  reader.answerUnlock();
  expect(await reader.tap({ uid: next.uid })).toMatchObject(granted);
  await eventually(async () => reader.relaysOn.size === 0);
  // The orders of both would have come in this order.
  expect(reader.decisionCount).toBe(1);
});

test('a device that loses its heartbeat comes back and is decided for', async () => {
  const dialling = await gateway.addDevice();
  const member = await gateway.addMember();
  const reader = await gateway.connect(dialling, { isSilent: true });
  expect(await reader.closed).toBe(4001);
  const again = await gateway.connect(dialling);
  expect(await again.tap({ uid: member.uid })).toMatchObject(granted);
  await eventually(async () => (await statusOf(dialling))?.online === true);
});

test('a device that is torn off is offline at once, and its taps count again when it is back', async () => {
  const dialling = await gateway.addDevice();
  const member = await gateway.addMember();
  (await gateway.connect(dialling)).breakOff();
  await eventually(async () => (await statusOf(dialling))?.online === false);
  expect(await (await gateway.connect(dialling)).tap({ uid: member.uid })).toMatchObject(granted);
});

test('a device that comes back while its old connection hangs has its relays switched off over the new one', async () => {
  const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
  const member = await gateway.addMember();
  const relays = new Set<number>();
  const hanging = await gateway.connect(dialling, { ...byHand, relays });
  await hanging.tap({ uid: member.uid });
  hanging.fallSilent();
  expect([...relays]).toEqual([3]);
  await gateway.connect(dialling, { ...byHand, relays });
  await eventually(async () => relays.size === 0);
  expect(await hanging.closed).toBe(4000);
  await eventually(async () => (await statusOf(dialling))?.online === true);
});

test('a relay that is switched on while a newer connection comes is switched off over that', async () => {
  const member = await gateway.addMember();
  const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
  const older = await gateway.connect(dialling, { ...byHand, holdsUnlockAnswer: true });
  older.report({ uid: member.uid });
  await eventually(async () => older.isHoldingAnswer);
  // What the older one writes can not be read yet when the newer one begins.
  await gateway.sql('begin');
  await gateway.sql('select 1 from devices where id = $1 for no key update', [dialling.id]);
  older.answerUnlock();
  const relays = new Set([3]);
  await gateway.connect(dialling, { ...byHand, relays });
  expect(await older.closed).toBe(4000);
  await gateway.sql('commit');
  await eventually(async () => relays.size === 0 && (await relaysKept(dialling))?.length === 0);
});

const outOfUse: [string, number, (device: TestDevice) => Promise<unknown>][] = [
  [
    'disabled',
    403,
    ({ id }) =>
      gateway.devices.updateDevice({ id, device: device({ enabled: false }), updateMask: ['enabled'] }, gateway.caller),
  ],
  ['removed', 401, ({ id }) => gateway.devices.deleteDevice({ id }, gateway.caller)],
];
test.each(outOfUse)(
  'a device that is %s with its relay on comes back to have that switched off only',
  async (...row) => {
    const [, code, putOutOfUse] = row;
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
    const member = await gateway.addMember();
    const relays = new Set<number>();
    const reader = await gateway.connect(dialling, { ...byHand, relays });
    await reader.tap({ uid: member.uid });
    reader.breakOff();
    await putOutOfUse(dialling);
    expect([...relays]).toEqual([3]);
    const again = await gateway.connect(dialling, { ...byHand, relays });
    expect(await again.closed).toBe(1008);
    expect([[...relays], await relaysKept(dialling)]).toEqual([[], []]);
    await expect(gateway.connect(dialling)).rejects.toMatchObject({ code });
  },
);

describe('a reader with a door and a turnstile', () => {
  const both = { relayId: 2, unlockMs: 3_000, moreRelays: [{ id: 5, onTimeMs: 200 }] };

  test('has both opened by one order, each for its own time', async () => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice(both));
    expect((await reader.tap({ uid: member.uid })).relays).toEqual([
      { id: 2, onTimeMs: 3_000 },
      { id: 5, onTimeMs: 200 },
    ]);
  });

  test('has each switched on by hand where it must be, and each off when its own time is over', async () => {
    const dialling = await gateway.addDevice({ ...both, unlockMs: 60_000 });
    const member = await gateway.addMember();
    const seen: string[] = [];
    class WatchedRelays extends Set<number> {
      override add(id: number): this {
        super.add(id);
        seen.push([...this].join());
        return this;
      }
    }
    const relays = new WatchedRelays();
    const reader = await gateway.connect(dialling, { ...byHand, relays });
    await reader.tap({ uid: member.uid });
    await eventually(async () => seen.includes('2,5') && [...relays].join() === '2');
    await eventually(async () => (await relaysKept(dialling))?.join() === '2');
    reader.breakOff();
    await gateway.connect(dialling, { ...byHand, relays });
    await eventually(async () => relays.size === 0 && (await relaysKept(dialling))?.length === 0);
  });

  test('may change which relays it has, and each may be named once', async () => {
    const { id } = await gateway.addDevice(both);
    const change = (fields: Partial<Device>, updateMask: string[]) =>
      gateway.devices.updateDevice({ id, device: device(fields), updateMask }, gateway.caller);
    expect(await change({ name: 'Other' }, ['name'])).toMatchObject({ moreRelays: both.moreRelays });
    await expect(change({ relayId: 5 }, ['relay_id'])).rejects.toMatchObject({
      fields: { 'more_relays.0.id': [expect.any(String)] },
    });
    expect(await change({}, ['more_relays'])).toMatchObject({ moreRelays: [], relayId: 2 });
  });
});

describe('a relay that was switched on by hand', () => {
  test('is ordered off again and again until the device confirms it', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 200 });
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling, { ...byHand, ignoredOffOrders: 2 });
    await reader.tap({ uid: member.uid });
    expect([...reader.relaysOn]).toEqual([3]);
    await eventually(async () => reader.relaysOn.size === 0 && (await relaysKept(dialling))?.length === 0);
  });

  test('stays on for the whole time of whoever is let in last', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 1_500 });
    const [first, second] = [await gateway.addMember(), await gateway.addMember()];
    const reader = await gateway.connect(dialling, byHand);
    await reader.tap({ uid: first.uid });
    await delay(1_000);
    await reader.tap({ uid: second.uid });
    const openedMs = performance.now();
    await eventually(async () => reader.relaysOn.size === 0);
    expect(performance.now() - openedMs).toBeGreaterThan(1_300);
  });
});
