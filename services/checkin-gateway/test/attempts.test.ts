import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Attempt, AttemptServiceService, type ListAttemptsRequest } from '@lido/proto/lido/checkin/v1/attempt.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { staff, staffElsewhere } from '../../../test/support/callers.ts';
import { HttpReader } from '../simulator/http-reader.ts';
import { migrations } from '../migrations/index.ts';
import { AttemptEntity } from '../src/attempts/attempt.entity.ts';
import { forgetOldTaps } from '../src/attempts/forget-taps.job.ts';
import { eventually, startGateway, type TestDevice } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let attempts: Peer<typeof AttemptServiceService>;

beforeAll(async () => {
  // The gateway itself forgets nothing while these tests run.
  gateway = await startGateway({ hasApi: true, env: { LIDO_ATTEMPTS_RETENTION_DAYS: '3650' } });
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const client = connectTo(gateway.address, { name: 'gateway', telemetry });
  attempts = peerOf(AttemptServiceService, client);
});
afterAll(() => gateway.stop());

const anyAttempts = (fields: Partial<ListAttemptsRequest> = {}): ListAttemptsRequest => ({
  ...{ siteId: [], deviceId: [], reason: [], customerId: [] },
  ...fields,
});
const attemptsWhere = async (fields: Partial<ListAttemptsRequest>): Promise<Attempt[]> =>
  (await attempts.listAttempts(anyAttempts(fields), gateway.caller)).data;
const attemptsAt = ({ id }: Pick<TestDevice, 'id'>, fields: Partial<ListAttemptsRequest> = {}) =>
  attemptsWhere({ deviceId: [id], ...fields });
const reasonsOf = (rows: Attempt[]) => rows.map(({ reason }) => reason);

/** A device where a member came in, tapped again, and a stranger was denied; newest first in the log. */
async function busyDevice() {
  const device = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' });
  const member = await gateway.addMember();
  const reader = await gateway.connect(device);
  await reader.tap({ uid: member.uid });
  await reader.tap({ uid: '04FFFFFF' });
  await reader.tap({ uid: 'no number' });
  return { device, member, reader };
}

describe('the log of attempts', () => {
  test('tells of each tap what was held there, whose it was, and what was decided', async () => {
    const device = await gateway.addDevice();
    const member = await gateway.addMember();
    const reader = await gateway.connect(device);
    await reader.tap({ uid: member.uid });
    reader.pass(true);
    await reader.tap({ uid: '04FFFFFF' });
    // Nobody waits until a passage is written down.
    await eventually(async () => (await attemptsAt(device)).at(1)?.passed === true);
    const [stranger, guest] = await attemptsAt(device);
    expect(stranger).toEqual({
      ...{ deviceId: device.id, siteId: gateway.siteId, outcome: 'ATTEMPT_OUTCOME_DENIED', reason: 'unknown_medium' },
      ...{ customerId: null, count: 1, occurredAt: expect.stringMatching(/^20.*Z$/), eventId: expect.any(String) },
      ...{ readerRef: null, mediumKind: 'MEDIUM_KIND_RFID_UID', mediumValue: '04FFFFFF', checkInId: null },
      ...{ flags: [], passed: null },
    });
    expect(guest).toMatchObject({
      ...{ outcome: 'ATTEMPT_OUTCOME_GRANTED', reason: 'granted', customerId: member.customerId, passed: true },
      ...{ mediumValue: member.uid, checkInId: expect.any(String) },
    });
  });

  test('is filtered by outcome, reason, customer, device and site', async () => {
    const { device, member } = await busyDevice();
    await busyDevice();
    expect(reasonsOf(await attemptsAt(device))).toEqual(['invalid_read', 'unknown_medium', 'granted']);
    const granted = { outcome: 'ATTEMPT_OUTCOME_GRANTED' } as const;
    expect(reasonsOf(await attemptsAt(device, granted))).toEqual(['granted']);
    expect(await attemptsAt(device, { outcome: 'ATTEMPT_OUTCOME_REFUSED' })).toEqual([]);
    const two = ['unknown_medium', 'granted'];
    expect(reasonsOf(await attemptsAt(device, { reason: two }))).toEqual(two);
    expect(await attemptsWhere({ customerId: [member.customerId] })).toMatchObject([{ deviceId: device.id }]);
    expect(await attemptsAt(device, { siteId: [gateway.siteId] })).toHaveLength(3);
  });

  test('is filtered by time, whole days by dates', async () => {
    const { device } = await busyDevice();
    const at = (text: string) =>
      gateway.sql(`update attempts set occurred_at = $2 where device_id = $1 and reason = 'unknown_medium'`, [
        ...[device.id, text],
      ]);
    // In London this is the second of June.
    await at('2040-06-01T23:30:00Z');
    const siteId = [gateway.siteId];
    expect(await attemptsAt(device, { siteId, from: '2040-06-02', to: '2040-06-02' })).toHaveLength(1);
    expect(await attemptsAt(device, { siteId, from: '2040-06-01', to: '2040-06-01' })).toHaveLength(0);
    expect(await attemptsAt(device, { from: '2040-06-01', to: '2040-06-01' })).toHaveLength(1);
    expect(await attemptsAt(device, { from: '2040-06-01T23:30:00Z', to: '2040-06-01T23:30:00Z' })).toHaveLength(1);
    expect(await attemptsAt(device, { to: '2040-06-01T23:29:59Z' })).toHaveLength(2);
  });

  test('is answered page by page, newest first, and each line is on one page', async () => {
    const { device } = await busyDevice();
    const pageOf = (page: number) =>
      attempts.listAttempts(anyAttempts({ deviceId: [device.id], page, perPage: 2 }), gateway.caller);
    const [first, second] = [await pageOf(1), await pageOf(2)];
    expect([first.page, first.data.length, second.data.length]).toEqual([{ page: 1, perPage: 2, total: 3 }, 2, 1]);
    expect(new Set([...first.data, ...second.data].map(({ eventId }) => eventId)).size).toBe(3);
  });

  test('is for whoever may manage devices at the site, and shows nothing of other organisations', async () => {
    const { device } = await busyDevice();
    const request = anyAttempts({ deviceId: [device.id] });
    const receptionist = staff(gateway, [gateway.siteId], { held: ['checkins.manage', 'checkins.view'] });
    await expect(attempts.listAttempts(request, receptionist)).rejects.toMatchObject({ kind: 'forbidden' });
    const stranger = staffElsewhere(gateway.caller);
    expect((await attempts.listAttempts(request, stranger)).data).toEqual([]);
    await expect(attempts.listAttempts({ ...request, siteId: [gateway.siteId] }, stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('keeps PINs and tokens to itself', async () => {
    const device = await gateway.addDevice({ kind: 'DEVICE_KIND_READER_HTTP' });
    const reader = new HttpReader({ baseUrl: gateway.baseUrl, deviceId: device.id, token: device.token });
    for (const kind of ['pin', 'token'] as const) await reader.tap({ kind, value: '4711' }, { readerRef: 'lane-2' });
    const rows = await attemptsAt(device);
    expect(rows).toMatchObject([
      { mediumKind: 'MEDIUM_KIND_TOKEN', mediumValue: null, readerRef: 'lane-2' },
      { mediumKind: 'MEDIUM_KIND_PIN', mediumValue: null },
    ]);
  });

  test('shows a repeated tap as what it is', async () => {
    const [device, member] = [await gateway.addDevice(), await gateway.addMember()];
    const reader = await gateway.connect(device);
    gateway.holdClock();
    await reader.tap({ uid: member.uid });
    gateway.advance(1);
    await reader.tap({ uid: member.uid });
    expect(reasonsOf(await attemptsAt(device))).toEqual(['duplicate', 'granted']);
  });
});

describe('a reader that is turned away', () => {
  const refused = (device: TestDevice) => attemptsAt(device, { outcome: 'ATTEMPT_OUTCOME_REFUSED' });
  const isRefused = (device: TestDevice, reason: string) =>
    eventually(async () => reasonsOf(await refused(device)).includes(reason));

  test('for its serial number or because it is disabled is in the log', async () => {
    const [impostor, disabled] = [await gateway.addDevice(), await gateway.addDevice({ enabled: false })];
    await expect(gateway.connect({ ...impostor, serial: 'SN-of-another' })).rejects.toThrow();
    await isRefused(impostor, 'wrong_serial');
    await expect(gateway.connect(disabled)).rejects.toThrow();
    await isRefused(disabled, 'device_not_allowed');
    expect(await refused(impostor)).toMatchObject([{ count: 1, eventId: null, mediumKind: null, customerId: null }]);
  });

  test.each([
    ['over WebSocket', (device: TestDevice) => gateway.connect(device)],
    [
      'over HTTP',
      ({ id, token }: TestDevice) =>
        new HttpReader({ baseUrl: gateway.baseUrl, deviceId: id, token }).tap({ kind: 'barcode', value: 'x' }),
    ],
  ])('for a wrong token of a known device %s is in the log of that device', async (_, dial) => {
    const device = await gateway.addDevice();
    const wrong = { ...device, token: `${device.token.slice(0, -6)}${randomUUID().slice(0, 6)}` };
    await expect(dial(wrong)).rejects.toThrow();
    await isRefused(device, 'wrong_token');
  });

  test('is nowhere in the log where its token names no device', async () => {
    const known = await gateway.addDevice();
    const secret = known.token.slice(-43);
    await expect(gateway.connect({ ...known, token: `lidodev_nowhere_${secret}` })).rejects.toThrow();
    await expect(gateway.connect({ ...known, token: `${known.token.slice(0, -4)}AAAA` })).rejects.toThrow();
    await isRefused(known, 'wrong_token');
    expect(await gateway.sql(`select 1 from attempts where device_id = 'nowhere'`)).toEqual([]);
  });

  test('with a flood of taps is in the log as a count', async () => {
    const device = await gateway.addDevice();
    const reader = await gateway.connect(device);
    for (let count = 0; count < 100; count++) reader.report({ uid: count.toString(16).padStart(8, '0') });
    await isRefused(device, 'flood');
    expect((await attemptsAt(device, { reason: ['flood'] })).length).toBe(1);
  });
});

describe('the status of a device', () => {
  const statusOf = async ({ id }: TestDevice) => (await gateway.devices.getDevice({ id }, gateway.caller)).status;

  test('counts the taps and denials of the last hour, and no refusals', async () => {
    const { device, reader } = await busyDevice();
    await gateway.sql(
      `insert into attempts (device_id, event_id, organisation_id, site_id, occurred_at, outcome, reason)
       values ($1, 'old', $2, $3, now() - interval '61 minutes', 'denied', 'unknown_medium'),
              ($1, 'refused', $2, $3, now(), 'refused', 'wrong_serial')`,
      [device.id, gateway.organisationId, gateway.siteId],
    );
    expect(await statusOf(device)).toMatchObject({ tapsLastHour: 3, denialsLastHour: 2 });
    await reader.tap({ uid: '04EEEEEE' });
    const quiet = await gateway.addDevice();
    const request = { siteId: [gateway.siteId], perPage: 100 };
    const { data } = await gateway.devices.listDevices(request, gateway.caller);
    const counts = (id: string) => data.find((row) => row.id === id)?.status;
    expect(counts(device.id)).toMatchObject({ tapsLastHour: 4, denialsLastHour: 3 });
    expect(counts(quiet.id)).toMatchObject({ tapsLastHour: 0, denialsLastHour: 0, onlineSince: null });
  });

  test('says since when it is online, anew for each connection, and no more once it is offline', async () => {
    const device = await gateway.addDevice();
    const since = async () => Date.parse((await statusOf(device))?.onlineSince ?? '');
    const reader = await gateway.connect(device);
    await eventually(async () => (await statusOf(device))?.online === true);
    const first = await since();
    expect(Math.abs(gateway.nowMs() - first)).toBeLessThan(60_000);
    gateway.advance(600);
    // Heartbeats change nothing.
    await eventually(async () => Date.parse((await statusOf(device))?.lastSeenAt ?? '') > first + 500_000);
    expect(await since()).toBe(first);
    await gateway.connect(device);
    await eventually(async () => (await since()) > first + 500_000);
    expect(await reader.closed).toBe(4000);
  });

  test('ends with the connection', async () => {
    const device = await gateway.addDevice();
    const reader = await gateway.connect(device);
    await eventually(async () => (await statusOf(device))?.online === true);
    await reader.close();
    await eventually(async () => (await statusOf(device))?.online === false);
    expect(await statusOf(device)).toMatchObject({ onlineSince: null });
  });
});

test('attempts are forgotten after their time, in as many batches as it takes, and younger ones stay', async () => {
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: gateway.databaseUrl, entities: [AttemptEntity], migrations, telemetry });
  onTestFinished(() => db.stop());
  const { id } = await gateway.addDevice();
  const dayMs = 86_400_000;
  const startMs = Date.now() - 1_000 * dayMs;
  await gateway.sql(
    `insert into attempts (device_id, event_id, organisation_id, site_id, occurred_at, outcome, reason)
     select $1, 'old-' || day, $2, $3, to_timestamp($4) + day * interval '1 day', 'denied', 'unknown_medium'
     from generate_series(0, 24) as day`,
    [id, gateway.organisationId, gateway.siteId, startMs / 1_000],
  );
  let nowMs = startMs + 90 * dayMs;
  const forget = () => forgetOldTaps({ db, clock: { nowMs: () => nowMs } }, 90, 4);
  expect(await forget()).toBe(0);
  nowMs += 10 * dayMs;
  expect(await forget()).toBe(10);
  expect(await gateway.sql('select 1 from attempts where device_id = $1', [id])).toHaveLength(15);
  nowMs += 12 * dayMs;
  expect(await forget()).toBe(12);
  expect(await forget()).toBe(0);
});

test('taps are forgotten with the log, and a journal that is handed in again after that makes no second visit', async () => {
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: gateway.databaseUrl, entities: [AttemptEntity], migrations, telemetry });
  onTestFinished(() => db.stop());
  const { id, token } = await gateway.addDevice({ kind: 'DEVICE_KIND_READER_HTTP' });
  const reader = new HttpReader({ baseUrl: gateway.baseUrl, deviceId: id, token });
  const { uid, customerId } = await gateway.addMember();
  const occurred_at = new Date(gateway.nowMs() - 3_600_000).toISOString();
  const entry = {
    event_id: 'kept',
    medium: { kind: 'rfid_uid', value: uid },
    occurred_at,
    decision: 'granted',
  } as const;
  await reader.replay([entry]);
  const visits = () => gateway.sql('select id, version, deleted_at from visits where customer_id = $1', [customerId]);
  const taps = () => gateway.sql('select 1 from taps where device_id = $1', [id]);
  const before = await visits();
  expect([before.length, (await taps()).length]).toEqual([1, 1]);

  await gateway.sql(`update taps set received_at = received_at - interval '1000 days' where device_id = $1`, [id]);
  expect(await forgetOldTaps({ db, clock: { nowMs: () => Date.now() - 900 * 86_400_000 } }, 90)).toBe(1);
  expect(await taps()).toEqual([]);
  expect(await reader.replay([entry])).toMatchObject([{ status: 'accepted' }]);
  expect(await visits()).toEqual(before);
});
