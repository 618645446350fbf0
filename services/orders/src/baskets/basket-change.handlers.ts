import type { Call } from '@lido/runtime/grpc/call.ts';
import { holdOptions, type ItemChange } from '../items/order-item.handlers.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { requireOpen } from '../orders/order.ts';
import { lockOrder, saveOrder, writerOf, zoneOf } from '../orders/order.repository.ts';
import type { Ports } from '../orders/ports.ts';

/** A change of one basket: `work` does it and answers how to word the rpc's response once it is saved. */
export interface BasketChange<A> {
  id: string;
  work(aggregate: Aggregate, change: ItemChange): Promise<(zone: string) => A> | ((zone: string) => A);
}

/** Changes a basket with every other writer kept out, and tells of it. */
export function changeBasket<A>({ id, work }: BasketChange<A>, call: Call, { bookings }: Ports): Promise<A> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, id, transaction.em);
    requireOpen(aggregate.order.status);
    const zone = await zoneOf(transaction.em, aggregate.order);
    const answer = await work(aggregate, { bookings, hold: holdOptions(call, false), writer, zone });
    await saveOrder(aggregate, 'saved', writer);
    return answer(zone);
  });
}
