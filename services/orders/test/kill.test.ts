import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bookingStates, countEvents, letLeasesLapse, noCustomer, readyBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const hours = [9, 10, 11, 12, 13, 14, 15, 16];

// The moments spread over the length of a submit, so that the kills hit different steps of different submits.
test.each([
  [10, 0],
  [40, 1],
  [80, 2],
  [140, 3],
])(
  'killed %i ms into eight submits, the process leaves each basket either submitted with its time or untouched',
  async (killAfterMs, day) => {
    const kill = await world.runOrdersApart();
    const ids: string[] = [];
    for (const hour of hours) ids.push((await readyBasket(world, hourOf(day, hour))).id);
    const submits = ids.map((basketId) =>
      world.baskets.actionSubmitBasket({ basketId, customer: noCustomer }, world.staff),
    );
    const settled = Promise.allSettled(submits);
    await delay(killAfterMs);
    await kill();
    await settled;
    await world.restartOrders();
    await letLeasesLapse(world);
    await vi.waitFor(async () => expect(await world.sql('select order_id from submit_sagas')).toEqual([]), {
      timeout: 20_000,
    });
    const outcomes: unknown[][] = [];
    for (const id of ids) outcomes.push(await outcomeOf(id));
    const answered = (await settled).flatMap(({ status }, index) => (status === 'fulfilled' ? [outcomes[index]] : []));
    const untouched = ['ORDER_STATUS_IN_PROGRESS', 'held', 0];
    const submitted = ['ORDER_STATUS_SUBMITTED', 'confirmed', 1];
    for (const outcome of outcomes) expect([untouched, submitted]).toContainEqual(outcome);
    for (const outcome of answered) expect(outcome).toEqual(submitted);
  },
);

async function outcomeOf(orderId: string): Promise<unknown[]> {
  const { status } = await world.orders.getOrder({ orderId }, world.staff);
  return [
    status,
    ...(await bookingStates(world, orderId)),
    await countEvents(world, orderId, 'lido.orders.order.submitted'),
  ];
}
