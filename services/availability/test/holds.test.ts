import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import type { HoldItem, Overrider } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankSession, blankSessionType, build, hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
const at = (time: string): string => inLondon(date, time);
let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
});
afterAll(async () => {
  await db.stop();
  await world.stop();
});

const hold = (order: string, items: HoldItem[], extra: { skipRules?: boolean; overrider?: Overrider } = {}) =>
  world.bookings.hold(
    {
      ...{ orderId: order, siteId: world.siteId, customerId: null, items, holdMinutes: 10 },
      ...{ skipRules: false, isOnline: false, ...extra },
    },
    world.staff,
  );
const overrider: Overrider = { actor: 'staff:somebody', siteIds: [] };
const confirm = (order: string) =>
  world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);

async function lapse(bookingId: string): Promise<void> {
  const past = `set expires_at = lido_now() - interval '1 second' where`;
  for (const update of [`update claims ${past} booking_id = ?`, `update bookings ${past} id = ?`])
    await db.fork().execute(update, [bookingId], 'run');
}

async function addSession(time: string, capacity: number, extra: object = {}): Promise<HoldItem> {
  const type = await world.sessionTypes.createSessionType(
    { ...blankSessionType, siteId: world.siteId, ...extra },
    world.staff,
  );
  const rule = { id: '', sessionTypeId: '', weekdays: [], price: 1_000 };
  await world.sessionTypes.createSessionTypePriceRule({ parentId: type.id, rule }, world.staff);
  const session = { ...blankSession, sessionTypeId: type.id, startTime: at(time), duration: 60, capacity };
  const { id } = await world.sessions.createSession(session, world.staff);
  return itemAt(type.id, at(time), { offeringType: 'session', sessionId: id });
}

const waitingFor = async (locktype: string): Promise<number> => {
  const [row] = await db.fork().execute<{ count: string }[]>(
    `select count(*) from pg_locks where not granted and locktype = ?
       and database = (select oid from pg_database where datname = current_database())`,
    [locktype],
  );
  return Number(row?.count);
};

const again = (item: HoldItem, extra: Partial<HoldItem> = {}): HoldItem => ({
  ...itemAt(item.offeringId, item.startTime),
  ...item,
  itemId: orderId(),
  ...extra,
});

describe('holding different kinds together', () => {
  test('is all or nothing: a full session leaves no massage held', async () => {
    const massage = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const seat = await addSession('14:00', 1);
    await hold(orderId(), [again(seat)]);
    await expect(hold(orderId(), [itemAt(massage.id, at('10:00')), again(seat)])).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: { blocked_by: ['session_full'] },
    });
    await expect(hold(orderId(), [itemAt(massage.id, at('10:00'))])).resolves.toBeDefined();
  });

  test('keeps a guest from being at both at once, and lets them be at one after the other', async () => {
    const massage = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const seat = await addSession('14:00', 5);
    const guestIds = ['guest-of-both'];
    const both = (time: string) => [itemAt(massage.id, at(time), { guestIds }), again(seat, { guestIds })];
    await expect(hold(orderId(), both('14:30'))).rejects.toMatchObject({
      metadata: { blocked_by: ['guest_unavailable'] },
    });
    const { items } = await hold(orderId(), both('15:00'));
    expect(items).toHaveLength(2);
  });

  test('forty clients on a session of ten seats: ten get in, nobody twice', async () => {
    const seat = await addSession('16:00', 10);
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => hold(orderId(), [again(seat)])));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'already_taken' });
  });

  test('a session takes no more baskets than it may, however small they are', async () => {
    const seat = await addSession('18:00', 10, { maxBasketsPerSession: 2 });
    const order = orderId();
    await hold(order, [again(seat), again(seat)]);
    await hold(orderId(), [again(seat)]);
    await expect(hold(orderId(), [again(seat)])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold(order, [again(seat)])).resolves.toBeDefined();
  });

  test('two items of one request that do not fit into a session together are refused as one', async () => {
    const seat = await addSession('12:00', 1);
    await expect(hold(orderId(), [again(seat), again(seat)])).rejects.toMatchObject({
      metadata: { blocked_by: ['session_full'] },
    });
  });

  test('an item that turns from a session to a massage gives its seat back', async () => {
    const massage = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const seat = await addSession('09:00', 1);
    const [order, item] = [orderId(), again(seat)];
    await hold(order, [item]);
    await hold(order, [{ ...itemAt(massage.id, at('09:00')), itemId: item.itemId }]);
    await expect(hold(orderId(), [again(seat)])).resolves.toBeDefined();
  });
});

test('who or what is being booked at this very moment is not removed, and does not leave the site', async () => {
  const [practitionerId = ''] = await hire(world, 1);
  const [roomId = ''] = await build(world, 1);
  const practitioner = await world.practitioners.getPractitioner({ id: practitionerId }, world.staff);
  const elsewhere = await world.openSite();
  const leaving = { ...practitioner, siteIds: [elsewhere.site.id] };
  const removals: [string, () => Promise<unknown>][] = [
    [practitionerId, () => world.practitioners.deletePractitioner({ id: practitionerId }, world.staff)],
    [
      practitionerId,
      () =>
        world.practitioners.updatePractitioner(
          { id: practitionerId, practitioner: leaving, updateMask: ['site_ids'] },
          elsewhere.staff,
        ),
    ],
    [roomId, () => world.rooms.deleteRoom({ id: roomId }, world.staff)],
  ];
  for (const [index, [resourceId, remove]] of removals.entries()) {
    const { refused } = await db.transaction(async (em) => {
      await em.execute(
        `select take_claims(array[(?, ?, ?, 0, ?::timestamptz, ?::timestamptz, 'block', null, null, null, null)::wanted_claim], '{}')`,
        [practitioner.organisationId, world.siteId, resourceId, at(`1${index}:00`), at(`1${index}:30`)],
      );
      const removing = expect(remove()).rejects.toMatchObject({ reason: 'bookings_ahead' });
      await vi.waitFor(async () => expect(await waitingFor('advisory')).toBe(1), { timeout: 20_000, interval: 20 });
      return { refused: removing };
    });
    await refused;
  }
});

describe('an item that is booked', () => {
  test('stays booked when it moves', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [order, item] = [orderId(), itemAt(type.id, at('10:00'))];
    await hold(order, [item]);
    await confirm(order);
    const { items } = await hold(order, [{ ...item, startTime: at('12:00'), isBooked: true }]);
    expect(items[0]).toMatchObject({
      reservedUntil: null,
      bookingSummary: { status: 'confirmed', startTime: at('12:00') },
    });
    await expect(hold(orderId(), [itemAt(type.id, at('10:00'))])).resolves.toBeDefined();
    await expect(hold(orderId(), [itemAt(type.id, at('12:00'))])).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('is not what was given back while it was being confirmed, or held for longer', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const extend = (order: string) =>
      world.bookings.extendHolds({ orderId: order, holdMinutes: 5, skipRules: false, itemIds: [] }, world.staff);
    for (const renew of [confirm, extend]) {
      const [order, item] = [orderId(), itemAt(type.id, at('14:00'))];
      await hold(order, [item]);
      const refused = await db.transaction(async (em) => {
        await em.execute(`select lock_time('{}', array[?]::varchar[])`, [item.itemId]);
        const renewing = expect(renew(order)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'hold_lapsed' });
        await vi.waitFor(async () => expect(await waitingFor('advisory')).toBe(1), { timeout: 20_000, interval: 20 });
        await em.execute(`select exchange_time('[]', ?::jsonb, null, 0, 0, null, false)`, [
          JSON.stringify([{ order_id: order, item_ids: [item.itemId] }]),
        ]);
        return { renewing };
      });
      await refused.renewing;
      const [booking] = await db
        .fork()
        .execute<{ status: string }[]>('select status from bookings where id = ?', [item.itemId]);
      expect(booking).toEqual({ status: 'released' });
    }
  });

  test('has nothing beside the items that are meant, whether that is held still or has lapsed', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const order = orderId();
    const [bought, left, lapsed] = [10, 12, 14].map((hour) => itemAt(type.id, at(`${hour}:00`))) as [
      ...[HoldItem, HoldItem, HoldItem],
    ];
    await hold(order, [bought, left, lapsed]);
    await lapse(lapsed.itemId);
    const itemIds = [bought.itemId];
    const renewals = [
      () => world.bookings.extendHolds({ orderId: order, holdMinutes: 60, skipRules: false, itemIds }, world.staff),
      () => world.bookings.confirm({ orderId: order, skipRules: false, itemIds }, world.staff),
    ];
    const stateOf = ({ itemId }: HoldItem) =>
      db.fork().execute('select status, expires_at from bookings where id = ?', [itemId]);
    const before = [await stateOf(left), await stateOf(lapsed)];
    for (const renew of renewals) {
      await renew();
      expect([await stateOf(left), await stateOf(lapsed)]).toEqual(before);
    }
    expect(await stateOf(bought)).toEqual([{ status: 'confirmed', expires_at: null }]);
  });

  test('is never turned into a hold that could lapse', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [order, item] = [orderId(), itemAt(type.id, at('10:00'))];
    await hold(order, [item]);
    await confirm(order);
    await expect(hold(order, [{ ...item, startTime: at('12:00') }])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(hold(orderId(), [itemAt(type.id, at('10:00'))])).rejects.toMatchObject({ reason: 'already_taken' });
  });
});

describe('staff who skip the rules', () => {
  test('book outside of all hours, off the grid and for an unlisted practitioner, at no price until they say one', async () => {
    const [listed, unlisted] = await hire(world, 2);
    const type = await offer(world, { practitionerIds: [listed ?? ''], roomIds: await build(world, 1) });
    const item = itemAt(type.id, at('05:07'), { practitionerIds: [unlisted ?? ''], durationMinutes: 25 });
    await expect(hold(orderId(), [item])).rejects.toMatchObject({ kind: 'invalid' });
    const { items } = await hold(orderId(), [item], { skipRules: true });
    expect(items[0]).toMatchObject({
      bookingSummary: { startTime: at('05:07'), duration: 25, practitionerIds: [unlisted], room: { name: 'Room 0' } },
    });
  });

  test('still can not have what somebody else holds, not even in the past', async () => {
    const [only = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [only], roomIds: [] });
    for (const time of [at('06:00'), '2020-03-02T10:00:00+00:00']) {
      await hold(orderId(), [itemAt(type.id, time)], { skipRules: true });
      await expect(hold(orderId(), [itemAt(type.id, time)], { skipRules: true })).rejects.toMatchObject({
        reason: 'already_taken',
      });
    }
  });

  test('hold several items without any taking from another', async () => {
    const practitionerIds = await hire(world, 2);
    const type = await offer(world, { practitionerIds, roomIds: [] });
    const { items } = await hold(orderId(), [itemAt(type.id, at('06:00')), itemAt(type.id, at('06:30'))], {
      skipRules: true,
    });
    const people = items.flatMap(({ bookingSummary }) => bookingSummary?.practitionerIds ?? []);
    expect(new Set(people)).toEqual(new Set(practitionerIds));
  });

  test('hold several items whenever there is a way, whoever the first could have had', async () => {
    const [anna = '', ben = ''] = await hire(world, 2);
    const either = await offer(world, { practitionerIds: [anna, ben], roomIds: [] });
    const hers = await offer(world, { practitionerIds: [anna], roomIds: [] });
    // Repeated, because who has a choice begins it anywhere.
    for (const hour of ['01', '02', '03', '04']) {
      const visit = [itemAt(either.id, at(`${hour}:03`)), itemAt(hers.id, at(`${hour}:33`), { durationMinutes: 20 })];
      const { items } = await hold(orderId(), visit, { skipRules: true });
      expect(items.map(({ bookingSummary }) => bookingSummary?.practitionerIds)).toEqual([[ben], [anna]]);
    }
  });

  test('what they held past the rules is claimed again past the rules after it lapsed', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [order, item] = [orderId(), itemAt(type.id, at('05:00'))];
    await hold(order, [item], { skipRules: true });
    await lapse(item.itemId);
    expect((await confirm(order)).items[0]?.bookingSummary?.status).toBe('confirmed');
  });
});

describe('taking over what is occupied', () => {
  test('ends the other claim, records who did it, and leaves nothing overlapping', async () => {
    const [person = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [person], roomIds: [] });
    const [loser, winner] = [orderId(), orderId()];
    const lost = itemAt(type.id, at('11:00'));
    await hold(loser, [lost]);
    await confirm(loser);
    const taken = itemAt(type.id, at('11:00'), { practitionerIds: [person] });
    await hold(winner, [taken], { skipRules: true, overrider });
    const run = <Row>(sql: string, params: unknown[]) => db.fork().execute<Row[]>(sql, params);
    const active = await run<{ item_id: string }>(`select item_id from claims where active and resource_id = ?`, [
      person,
    ]);
    expect(active.map((row) => row.item_id)).toEqual([taken.itemId]);
    expect(
      await run('select resource_id, lost_by, taken_by, actor from claim_overrides where lost_by = ?', [lost.itemId]),
    ).toEqual([{ resource_id: person, lost_by: lost.itemId, taken_by: taken.itemId, actor: 'staff:somebody' }]);
  });

  test('never takes a guest out of another booking, and only what was asked for by name', async () => {
    const [person = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [person], roomIds: [] });
    const guestIds = ['guest-who-stays'];
    await hold(orderId(), [itemAt(type.id, at('13:00'), { guestIds })]);
    const override = { skipRules: true, overrider };
    await expect(hold(orderId(), [itemAt(type.id, at('13:00'))], override)).rejects.toMatchObject({
      reason: 'already_taken',
    });
    const named = itemAt(type.id, at('13:00'), { practitionerIds: [person], guestIds });
    await expect(hold(orderId(), [named], override)).rejects.toMatchObject({
      metadata: { blocked_by: ['guest_unavailable'] },
    });
  });

  test('a hold that lost its time can not be confirmed', async () => {
    const [person = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [person], roomIds: [] });
    const loser = orderId();
    await hold(loser, [itemAt(type.id, at('15:00'))]);
    const named = itemAt(type.id, at('15:00'), { practitionerIds: [person] });
    await hold(orderId(), [named], { skipRules: true, overrider });
    await expect(confirm(loser)).rejects.toMatchObject({ reason: 'already_taken' });
  });
});
