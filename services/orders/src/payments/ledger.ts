import type { PaymentStatus } from '@lido/proto/lido/orders/v1/payment.ts';

/** Where an order's money stands, in its smallest unit. `missing` and `unpaid` are negative when too much was paid. */
export interface PaymentTotals {
  paidMinor: number;
  pendingMinor: number;
  chargeableMinor: number;
  /** paid + pending + chargeable */
  providedMinor: number;
  /** total - provided */
  missingMinor: number;
  /** total - paid */
  unpaidMinor: number;
}

/** Adds up payments against a total. Every payment counts in exactly one place; expired and failed ones in none. */
export function paymentTotals(
  totalMinor: number,
  payments: readonly { status: PaymentStatus; amountMinor: number }[],
): PaymentTotals {
  const sums = { paid: 0, pending: 0, chargeable: 0, none: 0 };
  for (const { status, amountMinor } of payments) sums[countsAs[status]] += amountMinor;
  const providedMinor = sums.paid + sums.pending + sums.chargeable;
  return {
    paidMinor: sums.paid,
    pendingMinor: sums.pending,
    chargeableMinor: sums.chargeable,
    providedMinor,
    missingMinor: totalMinor - providedMinor,
    unpaidMinor: totalMinor - sums.paid,
  };
}

const countsAs: Record<PaymentStatus, 'paid' | 'pending' | 'chargeable' | 'none'> = {
  PAYMENT_STATUS_UNSPECIFIED: 'none',
  PAYMENT_STATUS_PENDING: 'pending',
  PAYMENT_STATUS_REQUIRES_ACTION: 'pending',
  PAYMENT_STATUS_READY_FOR_CAPTURE: 'chargeable',
  PAYMENT_STATUS_PAYMENT_METHOD_STORED: 'chargeable',
  PAYMENT_STATUS_PAYMENT_METHOD_CHARGED: 'paid',
  PAYMENT_STATUS_PAID: 'paid',
  PAYMENT_STATUS_EXPIRED: 'none',
  PAYMENT_STATUS_FAILED: 'none',
};
