import type { RequiredEntityData } from '@mikro-orm/core';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { newColumns, type Writer } from '../orders/order.repository.ts';
import { OrderPaymentEntity, type OrderPaymentRow } from './order-payment.entity.ts';
import { isPaid, type NewPayment } from './payment.ts';

/** What a payment carries along without meaning anything to us. */
export interface PaymentExtras {
  detailsSource: string | null;
  processorData: Record<string, unknown>;
}

/** Adds a payment to an order. */
export function createPayment(
  aggregate: Aggregate,
  payment: NewPayment & PaymentExtras,
  writer: Writer,
): OrderPaymentRow {
  const { order, payments } = aggregate;
  const row = writer.em.create(OrderPaymentEntity, {
    ...newColumns(newShopId(), order.organisationId, writer),
    ...payment,
    orderId: order.id,
    currency: order.currency,
    paidAt: isPaid(payment.status) ? new Date(writer.nowMs) : null,
  } as unknown as RequiredEntityData<OrderPaymentRow>);
  payments.push(row);
  return row;
}

/** The order's payment of this id, or the refusal that there is none. */
export function requirePayment({ payments }: Aggregate, id: string): OrderPaymentRow {
  const payment = payments.find((candidate) => candidate.id === id);
  if (!payment) throw notFound(id);
  return payment;
}

/** Notes that a payment's money has been taken. */
export function markPaid(payment: OrderPaymentRow, { nowMs, actor }: Writer): void {
  payment.status = 'PAYMENT_STATUS_PAID';
  payment.paidAt = new Date(nowMs);
  payment.updatedAt = new Date(nowMs);
  payment.updatedBy = actor;
}

/** Takes a payment out of its order; its row stays for the books. */
export function removePayment(aggregate: Aggregate, payment: OrderPaymentRow, { nowMs, actor }: Writer): void {
  payment.deletedAt = new Date(nowMs);
  payment.updatedAt = new Date(nowMs);
  payment.updatedBy = actor;
  aggregate.payments = aggregate.payments.filter(({ id }) => id !== payment.id);
}
