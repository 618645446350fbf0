import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiAt } from '../../../tools/seed/api.ts';
import { HttpReader, type HttpReaderOptions } from '../simulator/http-reader.ts';
import { ReaderRefused } from '../simulator/refused.ts';
import { anyCheckIns } from './builders.ts';
import { eventually, startGateway, type TestDevice } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
});
afterAll(() => gateway.stop());

const http = { kind: 'DEVICE_KIND_READER_HTTP' } as const;

function readerOf(dialling: TestDevice, options: Partial<HttpReaderOptions> = {}): HttpReader {
  return new HttpReader({ baseUrl: gateway.baseUrl, deviceId: dialling.id, token: dialling.token, ...options });
}

async function refusalOf(asking: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await asking.catch((reason: unknown) => reason);
  return error instanceof ReaderRefused ? error.code : undefined;
}

const card = (uid: string) => ({ kind: 'rfid_uid', value: uid }) as const;

const checkInsOf = async (customerId: string) =>
  (await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller)).data;

describe('a tap over HTTP', () => {
  test('lets a member in and records the arrival', async () => {
    const dialling = await gateway.addDevice(http);
    const member = await gateway.addMember();
    const decision = await readerOf(dialling).tap(card(member.uid));
    expect(decision).toMatchObject({
      ...{ outcome: 'granted', reason: 'granted', action: 'check_in', display_text: 'Welcome', unlock_ms: 3_000 },
      relays: [{ id: 1, on_time_ms: 3_000 }],
    });
    expect(await checkInsOf(member.customerId)).toMatchObject([{ id: decision.check_in_id }]);
  });

  test('keeps a stranger out and says why', async () => {
    const decision = await readerOf(await gateway.addDevice(http)).tap(card('04FFFFFF'));
    expect(decision).toMatchObject({ outcome: 'denied', reason: 'unknown_medium', unlock_ms: 0, relays: [] });
  });

  test('sent again gets the same answer and has no second effect', async () => {
    const member = await gateway.addMember();
    const reader = readerOf(await gateway.addDevice(http));
    const eventId = randomUUID();
    gateway.holdClock();
    const first = await reader.tap(card(member.uid), { eventId });
    expect(await reader.tap(card(member.uid), { eventId })).toEqual(first);
    expect(await checkInsOf(member.customerId)).toHaveLength(1);
  });

  test.each(['IN', 'OUT'] as const)('(%s) under an id that was used for something else is refused', async (way) => {
    const [member, guest] = [await gateway.addMember(), await gateway.addGuest()];
    const reader = readerOf(await gateway.addDevice({ ...http, direction: `DEVICE_DIRECTION_${way}` }));
    const eventId = randomUUID();
    gateway.holdClock();
    const first = await reader.tap(card(member.uid), { eventId, readerRef: 'left' });
    expect(await refusalOf(reader.tap(card(guest.uid), { eventId, readerRef: 'left' }))).toBe(422);
    expect(await refusalOf(reader.tap(card(member.uid), { eventId, readerRef: 'right' }))).toBe(422);
    const barcode = { kind: 'barcode', value: member.uid } as const;
    expect(await refusalOf(reader.tap(barcode, { eventId, readerRef: 'left' }))).toBe(422);
    expect(await reader.tap(card(member.uid), { eventId, readerRef: 'left' })).toEqual(first);
  });

  test('is decided by our clock, and the status shows how far the reader’s is ahead', async () => {
    const dialling = await gateway.addDevice(http);
    const member = await gateway.addMember();
    await readerOf(dialling, { clockAheadMs: 3_600_000 }).tap(card(member.uid));
    const [checkIn] = await checkInsOf(member.customerId);
    expect(Math.abs(Date.parse(checkIn?.checkedInAt ?? '') - gateway.nowMs())).toBeLessThan(60_000);
    const skewMs = async () =>
      (await gateway.devices.getDevice({ id: dialling.id }, gateway.caller)).status?.clockSkewMs ?? 0;
    await eventually(async () => Math.abs((await skewMs()) - 3_600_000) < 60_000);
  });

  test.each([
    ['HEX_MSB', (uid: string) => uid],
    ['HEX_LSB', (uid: string) => uid.match(/../g)?.reverse().join('') ?? ''],
    ['DECIMAL', (uid: string) => String(Number.parseInt(uid, 16))],
    ['TEXT', (uid: string) => uid],
  ] as const)('may say itself that its card is written as %s', async (format, write) => {
    const member = await gateway.addMember();
    const reader = readerOf(await gateway.addDevice(http));
    const medium = { kind: 'card_number', value: write(member.uid), format } as const;
    expect(await reader.tap(medium)).toMatchObject({ outcome: 'granted' });
  });

  test.each(['pin', 'token'] as const)('with a %s is decided, and keeps it nowhere in clear', async (kind) => {
    const dialling = await gateway.addDevice(http);
    const member = await gateway.addMember();
    const reader = readerOf(dialling);
    gateway.holdClock();
    expect(await reader.tap({ kind, value: member.customerId })).toMatchObject({ outcome: 'granted' });
    expect(await reader.tap({ kind, value: member.customerId })).toMatchObject({ reason: 'duplicate' });
    const rows = await gateway.sql<{ medium_value: string; everything: string }>(
      'select medium_value, (taps.*)::text as everything from taps where device_id = $1',
      [dialling.id],
    );
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row.medium_value).toMatch(/^[0-9a-f]{64}$/);
      expect(row.everything.replaceAll(`,${member.customerId},`, ',')).not.toContain(member.customerId);
    }
  });

  test('that runs dry gets the real answer and leaves nothing behind', async () => {
    const dialling = await gateway.addDevice(http);
    const member = await gateway.addMember();
    const reader = readerOf(dialling);
    expect(await reader.tap(card(member.uid), { isDryRun: true })).toMatchObject({
      ...{ outcome: 'granted', action: 'check_in', check_in_id: null },
    });
    expect(await checkInsOf(member.customerId)).toEqual([]);
    expect(await gateway.sql('select 1 from taps where device_id = $1', [dialling.id])).toEqual([]);
    expect(await reader.tap(card(member.uid))).toMatchObject({ outcome: 'granted', action: 'check_in' });
  });

  test('of a disabled device is denied', async () => {
    const reader = readerOf(await gateway.addDevice({ ...http, enabled: false }));
    const member = await gateway.addMember();
    expect(await reader.tap(card(member.uid))).toMatchObject({ outcome: 'denied', reason: 'device_not_allowed' });
  });
});

describe('a device’s token', () => {
  test('opens no other device’s path', async () => {
    const [own, other] = [await gateway.addDevice(http), await gateway.addDevice(http)];
    const reader = readerOf({ ...other, token: own.token });
    const unknown = readerOf({ ...other, id: 'no-device', token: own.token });
    for (const stranger of [reader, unknown]) {
      expect(await refusalOf(stranger.tap(card('04A2B3C4')))).toBe(404);
      expect(await refusalOf(stranger.pass('x', true))).toBe(404);
      expect(await refusalOf(stranger.allowList(''))).toBe(404);
    }
  });

  test('is nothing but a device’s: staff rpcs refuse it, and device rpcs refuse staff', async () => {
    const dialling = await gateway.addDevice(http);
    expect(await refusalOf(readerOf({ ...dialling, token: gateway.ownerToken }).tap(card('04A2B3C4')))).toBe(403);
    const answer = await fetch(`${gateway.baseUrl}/devices`, {
      headers: { authorization: `Bearer ${dialling.token}` },
    });
    expect(answer.status).toBe(403);
  });

  test('of a removed device is 401', async () => {
    const dialling = await gateway.addDevice(http);
    await gateway.devices.deleteDevice({ id: dialling.id }, gateway.caller);
    expect(await refusalOf(readerOf(dialling).tap(card('04A2B3C4')))).toBe(401);
  });
});

describe('a passage', () => {
  test.each([true, false])('(%s) is noted with its tap', async (passed) => {
    const dialling = await gateway.addDevice(http);
    const member = await gateway.addMember();
    const reader = readerOf(dialling);
    const { event_id: eventId } = await reader.tap(card(member.uid));
    expect(await reader.pass(eventId, passed)).toMatchObject({ event_id: eventId, passed });
    const rows = await gateway.sql<{ passed: boolean }>('select passed from taps where event_id = $1', [eventId]);
    expect(rows).toEqual([{ passed }]);
  });

  test('of no tap of this device is refused', async () => {
    expect(await refusalOf(readerOf(await gateway.addDevice(http)).pass('no-tap', true))).toBe(422);
  });
});

describe('the allow-list', () => {
  const keyPem = async (): Promise<string> =>
    (await apiAt(gateway.baseUrl, gateway.ownerToken).get<{ public_key_pem: string }>('/devices/allow-list-key'))
      .public_key_pem;

  test('holds whoever is entitled here, in the device’s own format, each until its end, and is signed', async () => {
    const dialling = await gateway.addDevice({ ...http, mediumFormat: 'MEDIUM_FORMAT_HEX_LSB' });
    const [member, guest] = [await gateway.addMember(), await gateway.addGuest()];
    const { entries, format, issued_at, expires_at } = await readerOf(dialling).allowList(await keyPem());
    expect(format).toBe('HEX_LSB');
    const written = (uid: string) => uid.match(/../g)?.reverse().join('');
    expect(entries).toContainEqual({
      kind: 'rfid_uid',
      medium: written(member.uid),
      valid_from: issued_at,
      expires_at,
    });
    expect(entries.some(({ medium }) => medium === written(guest.uid))).toBe(false);
    expect(Date.parse(expires_at) - Date.parse(issued_at)).toBe(24 * 3_600_000);
  });

  test('is refused by whoever trusts another key', async () => {
    const reader = readerOf(await gateway.addDevice(http));
    const other = (await keyPem()).replace(/[A-Za-z0-9+/]{8}=/, 'AAAAAAAA=');
    await expect(reader.allowList(other)).rejects.toThrow();
  });

  test('is signed with one key, whichever device asks', async () => {
    expect(await keyPem()).toBe(await keyPem());
    expect(await gateway.sql('select 1 from signing_keys')).toHaveLength(1);
  });

  test('shows that the device is there', async () => {
    const dialling = await gateway.addDevice(http);
    await readerOf(dialling).allowList(await keyPem());
    await eventually(
      async () => (await gateway.devices.getDevice({ id: dialling.id }, gateway.caller)).status?.online === true,
    );
  });

  test('is not given to a disabled device', async () => {
    const reader = readerOf(await gateway.addDevice({ ...http, enabled: false }));
    expect(await refusalOf(reader.allowList(await keyPem()))).toBe(403);
  });
});

test('a device that speaks HTTP can not dial in over WebSocket', async () => {
  expect(await refusalOf(gateway.connect(await gateway.addDevice(http)))).toBe(403);
});

// The last one, for it stops this address.
test('a wrong token is 401, and too many of them from one address are 429 while good ones go on', async () => {
  const dialling = await gateway.addDevice(http);
  const good = readerOf(dialling);
  await good.tap(card('04A2B3C4'));
  const guess = () => readerOf({ ...dialling, token: `${dialling.token.slice(0, -8)}${randomUUID().slice(0, 8)}` });
  expect(await refusalOf(guess().tap(card('04A2B3C4')))).toBe(401);
  const codes: (number | undefined)[] = [];
  for (let count = 0; count < 25; count++) codes.push(await refusalOf(guess().tap(card('04A2B3C4'))));
  expect(codes.at(-1)).toBe(429);
  expect(await good.tap(card('04A2B3C5'))).toMatchObject({ reason: 'unknown_medium' });
});
