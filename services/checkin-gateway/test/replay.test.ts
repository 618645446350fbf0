import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apiAt, type Row } from '../../../tools/seed/api.ts';
import { HttpReader, type JournalEntry } from '../simulator/http-reader.ts';
import { ReaderRefused } from '../simulator/refused.ts';
import { visitIdOf } from '../src/visits/visit-id.ts';
import { startGateway, type TestDevice, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
});
afterAll(() => gateway.stop());

const minuteMs = 60_000;

async function addReader(fields: Parameters<typeof gateway.addDevice>[0] = {}): Promise<HttpReader & TestDevice> {
  const device = await gateway.addDevice({ kind: 'DEVICE_KIND_READER_HTTP', ...fields });
  return Object.assign(new HttpReader({ baseUrl: gateway.baseUrl, deviceId: device.id, token: device.token }), device);
}

function line(
  { uid }: Pick<TestGuest, 'uid'>,
  fields: Partial<JournalEntry> & { minutesAgo?: number } = {},
): JournalEntry {
  const { minutesAgo = 30, ...others } = fields;
  return {
    event_id: randomUUID(),
    medium: { kind: 'rfid_uid', value: uid },
    occurred_at: new Date(gateway.nowMs() - minutesAgo * minuteMs).toISOString(),
    decision: 'granted',
    ...others,
  };
}

const checkInsOf = ({ customerId }: TestGuest): Promise<Row[]> =>
  apiAt(gateway.baseUrl, gateway.ownerToken).get<Row[]>(`/customers/check-ins?customer_id=${customerId}`);

const logOf = ({ id }: TestDevice): Promise<Row[]> =>
  apiAt(gateway.baseUrl, gateway.ownerToken).get<Row[]>(`/devices/attempts?device_id=${id}`);

const tapRows = (eventId: string) =>
  gateway.sql<{ origin: string; quarantined: boolean; device_decision: string | null }>(
    'select origin, device_decision, quarantined_at is not null as quarantined from taps where event_id = $1',
    [eventId],
  );

const attemptsOf = ({ customerId }: TestGuest) =>
  gateway.sql('select outcome, reason from attempts where customer_id = $1', [customerId]);

describe('what a reader decided by itself', () => {
  test('is taken in with the reader’s own times, and makes the visit it would have made', async () => {
    const [door, exit] = [await addReader(), await addReader({ direction: 'DEVICE_DIRECTION_OUT' })];
    const member = await gateway.addMember();
    const [came, left] = [line(member, { minutesAgo: 90 }), line(member, { minutesAgo: 20 })];
    const accepted = { status: 'accepted', flags: [] };
    expect(await exit.replay([left])).toEqual([{ event_id: left.event_id, ...accepted }]);
    expect(await door.replay([came])).toEqual([{ event_id: came.event_id, ...accepted }]);
    expect(await checkInsOf(member)).toMatchObject([
      {
        id: visitIdOf(door.id, came.event_id),
        membership_id: member.membershipId,
        ...{ checked_in_at: came.occurred_at, checked_out_at: left.occurred_at },
      },
    ]);
  });

  test('is known when it is sent again, with the same flags, and changes nothing', async () => {
    const door = await addReader();
    const guest = await gateway.addGuest();
    const journal = [line(guest), line({ uid: '04FFFFFF' }, { decision: 'denied' })];
    const first = await door.replay(journal);
    expect(first).toMatchObject([
      { status: 'accepted', flags: ['no_entitlement'] },
      { status: 'accepted', flags: [] },
    ]);
    const visits = await checkInsOf(guest);
    expect(await door.replay(journal)).toEqual(first.map((result) => ({ ...result, status: 'known' })));
    expect(await checkInsOf(guest)).toEqual(visits);
  });

  test('is known within one journal too, and when it comes several times at once', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const entry = line(member);
    expect((await door.replay([entry, entry])).map(({ status }) => status)).toEqual(['accepted', 'known']);
    const other = line(member, { minutesAgo: 10 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => door.replay([other])));
    const statuses = answers.flat().map(({ status }) => status);
    expect(statuses.filter((status) => status === 'accepted')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'known')).toHaveLength(5);
  });

  test('stands where we would have refused, and is flagged', async () => {
    const door = await addReader();
    const guest = await gateway.addGuest();
    const entry = line(guest);
    expect(await door.replay([entry])).toMatchObject([{ status: 'accepted', flags: ['no_entitlement'] }]);
    expect(await checkInsOf(guest)).toMatchObject([{ id: visitIdOf(door.id, entry.event_id), membership_id: null }]);
    expect(await attemptsOf(guest)).toEqual([{ outcome: 'granted', reason: 'granted' }]);
  });

  test('stands where it kept out somebody whom we would have let in, and is flagged', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    expect(await door.replay([line(member, { decision: 'denied' })])).toMatchObject([
      { status: 'accepted', flags: ['denied_offline'] },
    ]);
    expect(await checkInsOf(member)).toEqual([]);
    expect(await attemptsOf(member)).toEqual([{ outcome: 'denied', reason: 'denied_offline' }]);
  });

  test('replaces a denial of ours that it never heard, once', async () => {
    const door = await addReader();
    const guest = await gateway.addGuest();
    const entry = line(guest, { minutesAgo: 0 });
    expect(await door.tap(entry.medium, { eventId: entry.event_id })).toMatchObject({ outcome: 'denied' });
    expect(await door.replay([{ ...entry, decision: 'denied' }])).toMatchObject([{ status: 'known' }]);
    expect(await door.replay([entry])).toMatchObject([{ status: 'accepted', flags: ['no_entitlement'] }]);
    expect(await door.replay([entry])).toMatchObject([{ status: 'known', flags: ['no_entitlement'] }]);
    expect(await checkInsOf(guest)).toHaveLength(1);
    expect(await attemptsOf(guest)).toEqual([{ outcome: 'granted', reason: 'granted' }]);
  });

  test('is known where our own decision let the guest in', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const entry = line(member, { minutesAgo: 1 });
    await door.tap(entry.medium, { eventId: entry.event_id });
    const visits = await checkInsOf(member);
    expect(await door.replay([entry])).toMatchObject([{ status: 'known', flags: [] }]);
    expect(await checkInsOf(member)).toEqual(visits);
  });
});

describe('a time more than five minutes ahead', () => {
  test('sets the entry apart: no visit begins, until it is sent again once its time has come', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const entry = line(member, { minutesAgo: -6 });
    const apart = [{ event_id: entry.event_id, status: 'quarantined', flags: ['clock_ahead'] }];
    expect(await door.replay([entry])).toEqual(apart);
    expect(await door.replay([entry])).toEqual(apart);
    expect(await tapRows(entry.event_id)).toEqual([
      { origin: 'replay', quarantined: true, device_decision: 'granted' },
    ]);
    expect(await checkInsOf(member)).toEqual([]);
    expect(await logOf(door)).toMatchObject([{ event_id: entry.event_id, outcome: 'granted', reason: 'clock_ahead' }]);
    gateway.advance(120);
    expect(await door.replay([entry])).toMatchObject([{ status: 'accepted', flags: [] }]);
    expect(await tapRows(entry.event_id)).toMatchObject([{ quarantined: false }]);
    expect(await logOf(door)).toMatchObject([{ reason: 'granted', customer_id: member.customerId }]);
    expect(await checkInsOf(member)).toMatchObject([{ checked_in_at: entry.occurred_at }]);
  });

  test('may be corrected by the reader', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const entry = line(member, { minutesAgo: -600 });
    await door.replay([entry]);
    const corrected = { ...entry, occurred_at: line(member, { minutesAgo: 3 }).occurred_at };
    expect(await door.replay([corrected])).toMatchObject([{ status: 'accepted' }]);
    expect(await checkInsOf(member)).toMatchObject([{ checked_in_at: corrected.occurred_at }]);
  });

  test('may be tapped again in time, and is then decided', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const entry = line(member, { minutesAgo: -600 });
    await door.replay([entry]);
    const decision = await door.tap(entry.medium, { eventId: entry.event_id });
    expect(decision).toMatchObject({ outcome: 'granted', reason: 'granted' });
    expect(await logOf(door)).toMatchObject([{ event_id: entry.event_id, outcome: 'granted', reason: 'granted' }]);
  });

  test('keeps none of the journal’s other entries waiting', async () => {
    const door = await addReader();
    const member = await gateway.addMember();
    const journal = [line(member, { minutesAgo: -6 }), line(member)];
    expect((await door.replay(journal)).map(({ status }) => status)).toEqual(['quarantined', 'accepted']);
  });
});

test('an entry that can not be stored leaves nothing behind, holds up no other, and is taken when it is sent again', async () => {
  const door = await addReader();
  const [member, other] = [await gateway.addMember(), await gateway.addMember()];
  const journal = [line(member), line(other), line(member, { minutesAgo: 5 })];
  await gateway.sql(`create function refuse() returns trigger language plpgsql as $$ begin
    if new.event_id = '${journal[1]?.event_id}' then raise 'no room'; end if; return new; end $$`);
  await gateway.sql('create trigger refuse before insert on taps for each row execute function refuse()');
  onTestFinished(async () => {
    await gateway.sql('drop function if exists refuse cascade');
  });
  const answers = await door.replay(journal);
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
  expect(answers[1]?.flags).toEqual(['internal_error']);
  expect(await checkInsOf(other)).toEqual([]);
  expect(await gateway.sql('select 1 from movements where customer_id = $1', [other.customerId])).toEqual([]);
  await gateway.sql('drop trigger refuse on taps');
  expect((await door.replay(journal)).map(({ status }) => status)).toEqual(['known', 'accepted', 'known']);
  expect(await checkInsOf(other)).toHaveLength(1);
});

test('a journal has between one and a hundred entries; a request with more or fewer is refused as a whole', async () => {
  const door = await addReader();
  const member = await gateway.addMember();
  const send = async (taps: JournalEntry[]): Promise<number> =>
    (
      await fetch(`${gateway.baseUrl}/devices/${door.id}/taps/replay`, {
        method: 'POST',
        headers: { authorization: `Bearer ${door.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ taps }),
      })
    ).status;
  expect(await send([])).toBe(422);
  expect(await send(Array.from({ length: 101 }, () => line(member)))).toBe(422);
  expect(await send([line(member), { ...line(member), occurred_at: '2026-13-01T00:00:00Z' }])).toBe(422);
  expect(await checkInsOf(member)).toEqual([]);
  expect(await send([line(member)])).toBe(200);
});

test('a journal is taken from its own device only', async () => {
  const [own, other] = [await addReader(), await addReader()];
  const stranger = new HttpReader({ baseUrl: gateway.baseUrl, deviceId: other.id, token: own.token });
  const error: unknown = await stranger.replay([line(await gateway.addMember())]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ReaderRefused);
  expect((error as ReaderRefused).code).toBe(404);
});
