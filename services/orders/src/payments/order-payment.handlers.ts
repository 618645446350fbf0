import type { Order, OrderIdRequest } from '@lido/proto/lido/orders/v1/order.ts';
import type {
  CreateOrderPaymentRequest,
  ListOrderPaymentsResponse,
  OrderPaymentIdRequest,
  OrderPaymentServiceService,
} from '@lido/proto/lido/orders/v1/order_payment.ts';
import type { Payment } from '@lido/proto/lido/orders/v1/payment.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { isOpen, requireUnfrozen } from '../orders/order.ts';
import { toOrder } from '../orders/order-message.ts';
import { findOrder, lockOrder, saveOrder, writerOf, zoneOf } from '../orders/order.repository.ts';
import { toPayment } from '../orders/part-messages.ts';
import { createPayment, markPaid, removePayment, requirePayment } from './order-payment.repository.ts';
import { isChargeable, isDiscardable, planOrderPayment } from './payment.ts';

/** The rpcs of an order's payments. */
export const orderPaymentHandlers = {
  listOrderPayments,
  createOrderPayment,
  getOrderPayment,
  deleteOrderPayment,
  actionChargeOrderPayment,
} satisfies Handlers<typeof OrderPaymentServiceService>;

async function listOrderPayments({ orderId }: OrderIdRequest, call: Call): Promise<ListOrderPaymentsResponse> {
  const { order, payments } = await findOrder(call, orderId);
  const zone = await zoneOf(call.em, order);
  return { data: payments.map((payment) => toPayment(payment, zone)) };
}

async function getOrderPayment({ orderId, paymentId }: OrderPaymentIdRequest, call: Call): Promise<Payment> {
  const aggregate = await findOrder(call, orderId);
  return toPayment(requirePayment(aggregate, paymentId), await zoneOf(call.em, aggregate.order));
}

function createOrderPayment({ orderId, payment }: CreateOrderPaymentRequest, call: Call): Promise<Payment> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, orderId, transaction.em);
    requireUnfrozen(aggregate.order.status);
    const asked = {
      processor: payment?.processor ?? null,
      captureMethod: payment?.captureMethod ?? null,
      amountMinor: payment?.amount ?? null,
      currency: payment?.currency ?? null,
      status: payment?.status ?? 'PAYMENT_STATUS_UNSPECIFIED',
    };
    const { currency, status } = aggregate.order;
    const planned = planOrderPayment(asked, { currency, isOpen: isOpen(status) });
    const extras = { detailsSource: payment?.detailsSource ?? null, processorData: payment?.processorData ?? {} };
    const row = createPayment(aggregate, { ...planned, ...extras }, writer);
    const zone = await saveOrder(aggregate, 'payment_recorded', writer);
    return toPayment(row, zone);
  });
}

function deleteOrderPayment({ orderId, paymentId }: OrderPaymentIdRequest, call: Call): Promise<Order> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, orderId, transaction.em);
    requireUnfrozen(aggregate.order.status);
    const payment = requirePayment(aggregate, paymentId);
    if (!isDiscardable(payment.status))
      throw stateConflict('payment_taken', 'This payment has been taken and can only be refunded.');
    removePayment(aggregate, payment, writer);
    const zone = await saveOrder(aggregate, 'saved', writer);
    return toOrder(aggregate, { zone, nowMs: writer.nowMs });
  });
}

/** Takes the money of a payment that waits for it. A second time it has been taken already, which is a 409. */
function actionChargeOrderPayment({ orderId, paymentId }: OrderPaymentIdRequest, call: Call): Promise<Payment> {
  return call.transact(async (transaction) => {
    const writer = writerOf(call, transaction);
    const aggregate = await lockOrder(call, orderId, transaction.em);
    requireUnfrozen(aggregate.order.status);
    const payment = requirePayment(aggregate, paymentId);
    if (!isChargeable(payment))
      throw stateConflict(
        'not_chargeable',
        'Only payments of manual or on-demand capture that wait for it can be charged.',
      );
    markPaid(payment, writer);
    const zone = await saveOrder(aggregate, 'payment_recorded', writer);
    return toPayment(payment, zone);
  });
}
