import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import { checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const visitsOf = (customer: string) => world.api.get<Row[]>(`/customers/check-ins?customer_id=${customer}`);
const change = async (id: string, body: object) => dataOf(await world.send('PUT', `/checkin/${id}`, body));

/** Somebody who has come by a check-in at a room. */
async function arrive(check_in: string): Promise<{ customer: string; id: string }> {
  const customer = await world.addCustomer();
  const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(world.room, { owner_id: customer, check_in })));
  return { customer, id };
}

describe('what a check-in at a bookable said', () => {
  test('of an arrival is none any more once it is taken back, and may come again', async () => {
    const { customer, id } = await arrive(minutesAgo(30));
    expect(await visitsOf(customer)).toHaveLength(1);
    await change(id, { check_in: null });
    expect(await visitsOf(customer)).toEqual([]);
    const check_in = minutesAgo(1);
    await change(id, { check_in });
    expect(await visitsOf(customer)).toMatchObject([{ checked_in_at: check_in, checked_out_at: null }]);
  });

  test('of an arrival is another one once its time is', async () => {
    const { customer, id } = await arrive(minutesAgo(30));
    const [check_in, check_out] = [minutesAgo(20), minutesAgo(10)];
    await change(id, { check_in, check_out });
    expect(await visitsOf(customer)).toMatchObject([{ checked_in_at: check_in, checked_out_at: check_out }]);
  });

  test('of a departure is what it says last', async () => {
    const [check_in, check_out] = [minutesAgo(30), minutesAgo(10)];
    const { customer, id } = await arrive(check_in);
    for (const said of [minutesAgo(20), null, check_out]) {
      await change(id, { check_out: said });
      expect(await visitsOf(customer)).toMatchObject([{ checked_in_at: check_in, checked_out_at: said }]);
    }
  });

  test('of a departure counts although the visit has ended by itself since', async () => {
    const [check_in, check_out] = [minutesAgo(300), minutesAgo(200)];
    const { customer, id } = await arrive(check_in);
    expect(await visitsOf(customer)).toMatchObject([{ checked_out_at: minutesAfter(check_in, 240) }]);
    await change(id, { check_out });
    expect(await visitsOf(customer)).toMatchObject([{ checked_in_at: check_in, checked_out_at: check_out }]);
  });
});

const minutesAfter = (text: string, minutes: number): string =>
  new Date(Date.parse(text) + minutes * 60_000).toISOString();

test('whoever was inside when they checked in at a room has not arrived there, also once they have left', async () => {
  const customer = await world.addCustomer();
  const { body } = await world.send('POST', '/checkins', { customer_id: customer, store_id: world.site });
  const check_in = new Date().toISOString();
  const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(world.room, { owner_id: customer, check_in })));
  await world.send('DELETE', `/checkins/${String(body?.['id'])}`);
  const before = await visitsOf(customer);
  expect(before).toHaveLength(1);
  await change(id, { check_out: new Date().toISOString() });
  expect(await visitsOf(customer)).toEqual(before);
  const late = checkinAt(world.room, { owner_id: customer, check_in });
  await world.send('POST', '/checkin', late);
  expect(await visitsOf(customer)).toEqual(before);
});
