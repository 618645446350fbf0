import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import type { CheckedAllowList } from '../simulator/http-reader.ts';
import { ReaderRefused } from '../simulator/refused.ts';
import { cardOf, type Door, type Doors, doorsOf } from './doors.ts';
import { eventually, startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let doors: Doors;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
  doors = doorsOf(gateway);
});
afterAll(() => gateway.stop());

const listOf = async (door: Door, { api }: Doors = doors): Promise<CheckedAllowList> =>
  door.allowList((await api.get<Row & { public_key_pem: string }>('/devices/allow-list-key')).public_key_pem);
const entriesOf = async (door: Door, ...media: string[]) =>
  (await listOf(door)).entries.filter(({ medium }) => media.includes(medium));

async function ban({ customerId }: TestGuest): Promise<void> {
  await gateway.customers.blockCustomer({ id: customerId, reason: 'Theft' }, gateway.caller);
  const isBanned = 'select 1 from known_customers where id = $1 and access_blocked_at is not null';
  await eventually(async () => (await gateway.sql(isBanned, [customerId])).length === 1);
}

test('of a reader that lets out is open for all, and of one that lets in is not', async () => {
  const siteId = await doors.addSite();
  await doors.addMember(siteId);
  expect(await listOf(await doors.addDoor(siteId, { direction: 'out' }))).toMatchObject({
    ...{ open_for_all: true, entries: [] },
  });
  expect(await listOf(await doors.addDoor(siteId))).toMatchObject({ open_for_all: false, entries: [{}, {}] });
});

test('of a reader that lets in and out has whoever is inside, whatever has become of them, until their visit ends', async () => {
  const siteId = await doors.addSite();
  const toggle = await doors.addDoor(siteId, { direction: 'toggle' });
  const [inside, outside] = [await doors.addMember(siteId), await doors.addMember(siteId)];
  await toggle.tap(cardOf(inside));
  for (const guest of [inside, outside]) await ban(guest);
  const media = [inside, outside].flatMap(({ uid, customerId }) => [uid, customerId]);
  const [visit] = await gateway.sql<{ until: Date }>('select ends_by as until from visits where customer_id = $1', [
    inside.customerId,
  ]);
  const until = { expires_at: visit?.until.toISOString() };
  expect(await entriesOf(toggle, ...media)).toMatchObject([
    { kind: 'rfid_uid', medium: inside.uid, ...until },
    { kind: 'barcode', medium: inside.customerId, ...until },
  ]);
  expect(await entriesOf(await doors.addDoor(siteId), ...media)).toEqual([]);
  gateway.advance(120);
  expect(await toggle.tap(cardOf(inside))).toMatchObject({ outcome: 'granted', action: 'check_out' });
});

test('has customers’ own ids as barcodes, as doors take them', async () => {
  const siteId = await doors.addSite();
  const door = await doors.addDoor(siteId);
  const member = await doors.addMember(siteId);
  const entries = await entriesOf(door, member.uid, member.customerId);
  expect(entries.map(({ kind, medium }) => [kind, medium])).toEqual([
    ['rfid_uid', member.uid],
    ['barcode', member.customerId],
  ]);
  const barcode = { kind: 'barcode', value: member.customerId } as const;
  expect(await door.tap(barcode)).toMatchObject({ outcome: 'granted' });
});

test('says as of when it is once what it rests on is not fresh any more', async () => {
  const door = await doors.addDoor(await doors.addSite());
  await eventually(async () => (await listOf(door)).as_of === null);
  gateway.streams.setBeating('memberships', false);
  onTestFinished(() => gateway.streams.setBeating('memberships', true));
  await eventually(async () => {
    const { as_of: asOf, issued_at: issuedAt } = await listOf(door);
    return asOf !== null && Date.parse(issuedAt) - Date.parse(asOf) > 5_000;
  });
});

test('is not made of facts that are too old to decide at a door, but an exit is open for all', async () => {
  const ageing = await startGateway({ hasApi: true, env: { LIDO_PROJECTION_MAX_AGE_SECONDS: '1' } });
  onTestFinished(() => ageing.stop());
  const doorsThere = doorsOf(ageing);
  const siteId = await doorsThere.addSite();
  const door = await doorsThere.addDoor(siteId);
  ageing.streams.setBeating('memberships', false);
  await eventually(async () => {
    const error: unknown = await listOf(door, doorsThere).catch((reason: unknown) => reason);
    return error instanceof ReaderRefused && error.code === 503;
  });
  const exit = await doorsThere.addDoor(siteId, { direction: 'out' });
  expect(await listOf(exit, doorsThere)).toMatchObject({ open_for_all: true });
});
