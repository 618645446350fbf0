import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { type Replica, startReplica } from './replica.ts';
import { startWorld, type World } from './world.ts';

const clients = 16;
const roundsPerClient = 25;
const crashes = 3;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 5);
const starts = ['09:00', '09:30', '10:00', '10:30', '11:00', '11:30'].map((time) => inLondon(date, time));

let world: World;
let replica: Replica;

beforeAll(async () => {
  world = await startWorld();
  replica = await startReplica(world);
});
afterAll(async () => {
  await replica.stop();
  await world.stop();
});

/** Numbers that are the same in every run, so that a failure can be looked at again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

interface Outcome {
  confirmed: Set<string>;
  cancelled: Set<string>;
  surprises: unknown[];
}

/** One client who holds, moves, confirms, cancels and forgets, now at this process, now at the one that crashes. */
async function live(typeId: string, random: (below: number) => number, outcome: Outcome): Promise<void> {
  for (let round = 0; round < roundsPerClient; round++) {
    const bookings = random(2) === 0 ? world.bookings : replica.bookings;
    const order = orderId();
    const item = itemAt(typeId, starts[random(starts.length)] ?? '');
    const request = {
      orderId: order,
      siteId: world.siteId,
      customerId: null,
      holdMinutes: 15,
      skipRules: false,
      isOnline: true,
    };
    try {
      await bookings.hold({ ...request, items: [item] }, world.staff);
      if (random(3) === 0)
        await bookings.hold(
          { ...request, items: [{ ...item, startTime: starts[random(starts.length)] ?? '' }] },
          world.staff,
        );
      const end = random(4);
      if (end === 0) continue;
      await bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, world.staff);
      outcome.confirmed.add(order);
      if (end === 1) continue;
      await bookings.release({ orderId: order, itemIds: [] }, world.staff);
      outcome.confirmed.delete(order);
      outcome.cancelled.add(order);
    } catch (error) {
      // A crash may have eaten the answer of a release or a confirm; what then stands is checked by its own consistency.
      outcome.confirmed.delete(order);
      if (!(error instanceof Refusal) || !['state_conflict', 'unavailable', 'deadline', 'invalid'].includes(error.kind))
        outcome.surprises.push(error);
    }
  }
}

test('sixteen clients at two processes, one of which is killed again and again, never book anything twice or lose a booking', async () => {
  const type = await offer(world, { practitionerIds: await hire(world, 3), roomIds: await build(world, 2) });
  const outcome: Outcome = { confirmed: new Set(), cancelled: new Set(), surprises: [] };
  const lives = Array.from({ length: clients }, (_, index) => live(type.id, randomFrom(index + 1), outcome));
  for (let crash = 0; crash < crashes; crash++) await replica.crash();
  await Promise.all(lives);

  expect(outcome.surprises).toEqual([]);
  const orm = await MikroORM.init({
    clientUrl: world.database,
    entities: [],
    discovery: { warnWhenNoEntities: false },
  });
  const read = <Row>(sql: string) => orm.em.execute<Row[]>(sql);
  const overlaps = await read(`select a.id from claims a join claims b on a.id < b.id and a.active and b.active
    and a.resource_id = b.resource_id and a.unit = b.unit and a.during && b.during`);
  const withoutClaims = await read(`select id from bookings b where status in ('held', 'confirmed')
    and (select count(*) from claims c where c.active and c.booking_id = b.id) <> 2 and (expires_at is null or expires_at > lido_now())`);
  const withoutOwner = await read(`select id from claims c where active and not exists (
    select from bookings b where b.id = c.booking_id and b.status in ('held', 'confirmed'))`);
  const standing = new Set(
    (await read<{ order_id: string }>(`select order_id from bookings where status = 'confirmed'`)).map(
      (row) => row.order_id,
    ),
  );
  await orm.close(true);
  expect({ overlaps, withoutClaims, withoutOwner }).toEqual({ overlaps: [], withoutClaims: [], withoutOwner: [] });
  expect([...outcome.confirmed].filter((order) => !standing.has(order))).toEqual([]);
  expect([...outcome.cancelled].filter((order) => standing.has(order))).toEqual([]);
});
