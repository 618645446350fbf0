import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { callerOf, type TestCaller } from '../../../test/support/callers.ts';
import { blankPractitioner, blankRota, blankSession, offer } from '../../../test/support/offerings.ts';
import { dayAhead, offerClass, openSql } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let sql: Awaited<ReturnType<typeof openSql>>;
/** Another site of the organisation, whose practitioner works at the world's site too. */
let there: string;
/** Works, and may override, at both sites. */
let both: TestCaller;
/** Works at both sites, and may override at the world's alone. */
let here: TestCaller;
let practitionerId: string;

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
  const other = await world.openSite();
  there = other.site.id;
  both = other.staff;
  const grants = both.principal.grants.map((grant) =>
    grant.siteId === there ? { ...grant, permissions: ['reservations.manage'] } : grant,
  );
  here = callerOf({ ...both.principal, grants });
  const person = { ...blankPractitioner, siteIds: [world.siteId, there], name: 'Therapist' };
  practitionerId = (await world.practitioners.createPractitioner(person, both)).id;
  await world.rotas.createPractitionerRota({ ...blankRota, practitionerId }, both);
});
afterAll(async () => {
  await sql.end();
  await world.stop();
});

const at = (time: string): string => `${dayAhead(10)}T${time}:00+00:00`;
const isTaken = { kind: 'state_conflict', reason: 'already_taken' };

/** Books the practitioner at the other site, and answers the booking's id. */
async function bookThere(time: string): Promise<string> {
  const type = await offer(
    { ...world, staff: both, siteId: there },
    { practitionerIds: [practitionerId], roomIds: [] },
  );
  const [order, item] = [orderId(), itemAt(type.id, at(time))];
  const request = { orderId: order, siteId: there, items: [item], holdMinutes: 10, skipRules: false, isOnline: true };
  await world.bookings.hold(request, both);
  await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, both);
  return item.itemId;
}

const holdsTime = async (bookingId: string): Promise<boolean> =>
  (await sql.run('select from claims where active and booking_id = $1', [bookingId])).length > 0;

const block = (startTime: string, endTime: string, caller: TestCaller) =>
  world.peer(BlockedTimeServiceService).createBlockedTime(
    {
      blockedTime: {
        ...{ practitionerIds: [practitionerId], roomIds: [], areaIds: [], startTime, endTime, recurrence: null },
        ...{ siteId: world.siteId, override: true },
      },
    },
    caller,
  );

describe('who may override at one site', () => {
  test('takes nothing by a hold that is held at another, unless they may there', async () => {
    const lost = await bookThere('09:00');
    const type = await offer(world, { practitionerIds: [practitionerId], roomIds: [] });
    const take = (siteIds: string[]) =>
      world.bookings.hold(
        {
          ...{ orderId: orderId(), siteId: world.siteId, holdMinutes: 10, skipRules: true, isOnline: false },
          items: [itemAt(type.id, at('09:00'), { practitionerIds: [practitionerId] })],
          overrider: { actor: 'staff:somebody', siteIds },
        },
        both,
      );
    const refused = { ...isTaken, metadata: { blocked_by: ['no_practitioners_available'] } };
    await expect(take([])).rejects.toMatchObject(refused);
    expect(await holdsTime(lost)).toBe(true);
    await take([there]);
    expect(await holdsTime(lost)).toBe(false);
  });

  test('takes nothing by a block that is held at another, not even what is theirs to take', async () => {
    const lost = await bookThere('11:00');
    const mine = await block(at('10:00'), at('11:00'), here);
    await expect(block(at('10:00'), at('12:00'), here)).rejects.toMatchObject(isTaken);
    expect([await holdsTime(mine.id), await holdsTime(lost)]).toEqual([true, true]);
    await block(at('10:00'), at('12:00'), both);
    expect([await holdsTime(mine.id), await holdsTime(lost)]).toEqual([false, false]);
  });

  test('takes nothing by a session that is held at another', async () => {
    const lost = await bookThere('13:00');
    const type = await offerClass(world);
    const session = { ...blankSession, sessionTypeId: type.id, practitionerId, overrideConflicts: true };
    const add = (caller: TestCaller) =>
      world.sessions.createSession({ ...session, startTime: at('13:00'), duration: 60 }, caller);
    await expect(add(here)).rejects.toMatchObject(isTaken);
    expect(await holdsTime(lost)).toBe(true);
    const { id } = await add(both);
    expect([await holdsTime(lost), await holdsTime(id)]).toEqual([false, true]);
  });
});
