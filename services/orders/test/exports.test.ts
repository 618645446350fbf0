import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { ExportedOrder, ExportOrdersRequest } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { anotherService, anybody } from '../../../test/support/callers.ts';
import { openBasket, readyBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let world: World;
let directory: Peer<typeof OrderDirectoryServiceService>;
let stop: () => void;
/** Submitted orders of a massage at nine and at eleven, the second for a guest beside the customer. */
let nine: string;
let eleven: string;
const guestCustomerId = 'grace';

beforeAll(async () => {
  world = await startWorld();
  const client = connectTo(world.ordersAddress, { name: 'orders', telemetry });
  stop = () => client.close();
  directory = peerOf(OrderDirectoryServiceService, client);
  nine = await submitted(hourOf(0, 9));
  eleven = await submitted(hourOf(0, 11));
  const guest = await world.guests.createOrderGuest({ orderId: eleven, guest: { id: '', name: 'Grace' } }, world.staff);
  // No operation names a guest's customer yet.
  await world.sql('update order_guests set customer_id = $1 where id = $2', [guestCustomerId, guest.id]);
});
afterAll(async () => {
  stop();
  await world.stop();
  await telemetry.stop();
});

async function submitted(time: string): Promise<string> {
  const { id } = await readyBasket(world, time);
  await world.orders.actionSubmitOrder({ orderId: id }, world.staff);
  // The payment is taken after the answer, and is a version of its own.
  await vi.waitFor(
    async () => {
      const { paymentTotals } = await world.orders.getOrder({ orderId: id }, world.staff);
      expect(paymentTotals?.unpaid).toBe(0);
    },
    { timeout: 20_000, interval: 30 },
  );
  return id;
}

const exported = async (request: Partial<ExportOrdersRequest> = {}): Promise<ExportedOrder[]> =>
  (await directory.exportOrders({ afterId: '', limit: 50, ...request }, anotherService())).orders;
const idsOf = (orders: readonly ExportedOrder[]) => orders.map(({ order }) => order?.id);

test('orders come with the version of their newest event, as it told them', async () => {
  const [row] = await world.sql<{ version: string }>('select version from aggregate_versions where aggregate_id = $1', [
    nine,
  ]);
  const found = (await exported()).find(({ order }) => order?.id === nine);
  expect(found?.version).toBe(Number(row?.version));
  expect(found?.order).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED', siteId: world.siteId, bookingItems: [{}] });
});

describe('only', () => {
  test('orders with an item that ends later come when they are asked for so', async () => {
    const at = (hour: number, minutes = 0) => new Date(Date.parse(hourOf(0, hour)) + minutes * 60_000).toISOString();
    expect(idsOf(await exported({ endsAfter: at(9) }))).toEqual([nine, eleven].toSorted());
    expect(idsOf(await exported({ endsAfter: at(10, 30) }))).toEqual([eleven]);
    expect(idsOf(await exported({ endsAfter: at(13) }))).toEqual([]);
    await expect(exported({ endsAfter: 'tomorrow' })).rejects.toMatchObject({
      fields: { ends_after: expect.anything() },
    });
  });

  test("a customer's orders come, and those that they are a guest of", async () => {
    const customerId = (await exported()).find(({ order }) => order?.id === nine)?.order?.customerId;
    expect(idsOf(await exported({ customerId }))).toContain(nine);
    expect(idsOf(await exported({ customerId: guestCustomerId }))).toEqual([eleven]);
    expect(await exported({ customerId: 'nobody' })).toEqual([]);
  });

  test('services may have them', async () => {
    for (const caller of [anybody(), world.staff]) {
      const refused = directory.exportOrders({ afterId: '', limit: 1 }, caller);
      await expect(refused).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });
});

test('pages are in the order of ids and never longer than fifty', async () => {
  while ((await world.sql('select 1 from orders')).length < 53) await openBasket(world);
  const first = await exported({ limit: 1_000 });
  const second = await exported({ afterId: first.at(-1)?.order?.id ?? '' });
  expect([first.length, second.length]).toEqual([50, 3]);
  const ids = idsOf([...first, ...second]);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(53);
  expect(await exported({ limit: 0 })).toHaveLength(1);
});
