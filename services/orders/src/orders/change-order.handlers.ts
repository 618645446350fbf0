import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Aggregate } from './aggregate.ts';
import { toOrder } from './order-message.ts';
import { type ChangeKind, lockOrder, saveOrder, type Writer, writerOf } from './order.repository.ts';

/** Changes an order with every other writer kept out, tells of it as `kind`, and answers it. */
export function changeOrder(
  id: string,
  call: Call,
  kind: ChangeKind,
  work: (aggregate: Aggregate, writer: Writer) => Promise<void> | void,
): Promise<Order> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, id, transaction.em);
    await work(aggregate, writer);
    const zone = await saveOrder(aggregate, kind, writer);
    return toOrder(aggregate, { zone, nowMs: writer.nowMs });
  });
}

/** Changes a part of an order likewise; `work` answers how to word the rpc's response once it is saved. */
export function changeOrderTo<A>(
  id: string,
  call: Call,
  work: (aggregate: Aggregate, writer: Writer) => (zone: string) => A,
): Promise<A> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, id, transaction.em);
    const answer = work(aggregate, writer);
    return answer(await saveOrder(aggregate, 'saved', writer));
  });
}
