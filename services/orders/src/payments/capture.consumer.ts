import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { lockOrderById, saveOrder, type Writer } from '../orders/order.repository.ts';
import { markPaid } from './order-payment.repository.ts';
import { isCapturedAfterSubmit } from './payment.ts';

/** Capture follows from the outbox: an order that was submitted has its authorised payments taken, once. */
export function captureSubscription(clock: Clock): Subscription {
  return {
    name: 'orders-from-orders',
    source: 'orders',
    mode: 'effect',
    handlers: { 'lido.orders.order.submitted': capturePayments(clock) },
  };
}

function capturePayments(clock: Clock): EventHandler {
  return async (event, { em, origin }) => {
    const { id } = Order.decode(event.payload);
    const aggregate = await lockOrderById(em, id);
    const { status } = aggregate.order;
    const isStanding = status === 'ORDER_STATUS_SUBMITTED' || status === 'ORDER_STATUS_SETTLED';
    const due = isStanding ? aggregate.payments.filter(isCapturedAfterSubmit) : [];
    if (due.length === 0) return;
    const writer: Writer = {
      em,
      actor: origin.actor,
      nowMs: clock.nowMs(),
      emit: (next) => writeEvent(em, next, origin),
    };
    for (const payment of due) markPaid(payment, writer);
    await saveOrder(aggregate, 'payment_recorded', writer);
  };
}
