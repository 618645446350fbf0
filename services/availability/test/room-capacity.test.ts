import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, offer } from '../../../test/support/offerings.ts';
import { dayAhead, holdFor, offerClass, openSql, schedule } from './classes.ts';
import { itemAt } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let sql: Awaited<ReturnType<typeof openSql>>;
const date = dayAhead(10);
const at = (time: string): string => inLondon(date, time);

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
});
afterAll(async () => {
  await sql.end();
  await world.stop();
});

async function resize(id: string, capacity: number): Promise<void> {
  const room = await world.rooms.getRoom({ id }, world.staff);
  await world.rooms.updateRoom({ id, room: { ...room, capacity }, updateMask: ['capacity'] }, world.staff);
}

/** A room for two, a massage that has it to itself, and one that shares it. */
async function open(): Promise<{ room: string; whole: string; shared: string }> {
  const [room = ''] = await build(world, 1);
  await resize(room, 2);
  const resources = { practitionerIds: [], roomIds: [room] };
  const whole = await offer(world, resources, { maxGuests: 9 });
  const shared = await offer(world, resources, { maxGuests: 9, allocateMultiCapacityRooms: true });
  return { room, whole: whole.id, shared: shared.id };
}

const hold = (typeId: string, time: string, guests = 1) => holdFor(world, itemAt(typeId, at(time), { guests }));
const isTaken = { kind: 'state_conflict', reason: 'already_taken' };
const unitsOf = async (id: string): Promise<number[]> =>
  (await sql.run<{ unit: number }>(`select unit from claims where booking_id = $1 and active order by unit`, [id])).map(
    ({ unit }) => unit,
  );
const block = (room: string, startTime: string, endTime: string) =>
  world.peer(BlockedTimeServiceService).createBlockedTime(
    {
      blockedTime: {
        ...{ practitionerIds: [], roomIds: [room], areaIds: [], startTime, endTime, recurrence: null },
        type: 'BLOCKED_TIME_TYPE_CLEANING',
      },
    },
    world.staff,
  );

describe('a room that grows', () => {
  test('stays with who has it to themselves: a booking, a hold, a session and a block', async () => {
    const { room, whole, shared } = await open();
    const booked = await hold(whole, '09:00');
    await world.bookings.confirm({ orderId: booked.order, skipRules: false, itemIds: [] }, world.staff);
    const held = await hold(whole, '10:00');
    const yoga = await offerClass(world, { duration: 60 });
    const session = await schedule(world, yoga.id, { roomId: room, startTime: at('11:00') });
    const blocked = await block(room, at('12:00'), at('13:00'));
    await resize(room, 4);
    for (const id of [booked.item.itemId, held.item.itemId, session.id, blocked.id])
      expect(await unitsOf(id)).toEqual([0, 1, 2, 3]);
    for (const time of ['09:00', '10:00', '11:00', '12:00'])
      await expect(hold(shared, time)).rejects.toMatchObject(isTaken);
    await expect(hold(shared, '13:00', 4)).resolves.toBeDefined();
    await world.bookings.release({ orderId: held.order, itemIds: [] }, world.staff);
    await expect(hold(shared, '10:00', 4)).resolves.toBeDefined();
  });

  test('has new places beside those who share it, however many they are', async () => {
    const { room, shared } = await open();
    const { item } = await hold(shared, '09:00', 2);
    await resize(room, 4);
    expect(await unitsOf(item.itemId)).toEqual([0, 1]);
    await expect(hold(shared, '09:00', 2)).resolves.toBeDefined();
  });

  test('again does so only once nobody from before is in what others would have to themselves', async () => {
    const { room, shared } = await open();
    await resize(room, 4);
    const guests = [];
    for (let guest = 0; guest < 4; guest++) guests.push(await hold(shared, '09:00'));
    for (const { order, item } of guests) {
      const [unit = 0] = await unitsOf(item.itemId);
      if (unit < 2) await world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
    }
    await resize(room, 2);
    const { id } = await block(room, at('09:00'), at('10:00'));
    await expect(resize(room, 4)).rejects.toMatchObject({ ...isTaken, metadata: { blocked_by: ['room'] } });
    expect(await world.rooms.getRoom({ id: room }, world.staff)).toMatchObject({ capacity: 2 });
    expect(await unitsOf(id)).toEqual([0, 1]);
    await world.peer(BlockedTimeServiceService).deleteBlockedTime({ id }, world.staff);
    await resize(room, 4);
  });

  test.each([
    [
      'a session',
      async (room: string) =>
        schedule(world, (await offerClass(world, { duration: 60 })).id, { roomId: room, startTime: at('09:00') }),
    ],
    ['a block', (room: string) => block(room, at('09:00'), at('10:00'))],
  ])('while %s takes it is taken with all it has then', async (_, take) => {
    const { room } = await open();
    await sql.run('begin');
    await sql.run('select pg_advisory_xact_lock(hashtextextended($1, 0))', [room]);
    const growing = resize(room, 4);
    await waitFor(1);
    const taking = take(room);
    await waitFor(2);
    await sql.run('commit');
    await growing;
    expect(await unitsOf((await taking).id)).toEqual([0, 1, 2, 3]);
  });
});

/** Until so many wait for a lock. */
async function waitFor(count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const rows = await sql.run(
        `select distinct pid from pg_locks where not granted and pid in
           (select pid from pg_stat_activity where datname = current_database())`,
      );
      expect(rows).toHaveLength(count);
    },
    { timeout: 20_000, interval: 20 },
  );
}
