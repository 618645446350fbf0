import type { PaymentStatus } from '@lido/proto/lido/orders/v1/payment.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';

/** Money that changes hands outside of this system: at the desk, or with the partner who sells for the site. */
export const processors = ['manual', 'partner'] as const;
export type Processor = (typeof processors)[number];

/** `automatic` is taken once the order is submitted; the others wait until staff charge them. */
export const captureMethods = ['automatic', 'manual', 'on_demand'] as const;
export type CaptureMethod = (typeof captureMethods)[number];
const chargedByHand: readonly CaptureMethod[] = ['manual', 'on_demand'];

/** A payment as a request describes it; absent parts are null. */
export interface AskedPayment {
  processor: string | null;
  captureMethod: string | null;
  /** Null takes all that is missing. */
  amountMinor: number | null;
  currency: string | null;
  status: PaymentStatus;
}

export interface NewPayment {
  processor: Processor;
  captureMethod: CaptureMethod;
  amountMinor: number;
  status: PaymentStatus;
}

/**
 * A payment prepared for a basket: pending until the submit authorises it, and never more than is missing. What a
 * customer promises to pay at the desk waits there for staff to charge it, because nobody has seen the money.
 */
export function planBasketPayment(
  asked: AskedPayment,
  basket: { missingMinor: number; isByCustomer: boolean },
): NewPayment {
  const allowed: readonly Processor[] = basket.isByCustomer ? ['manual'] : processors;
  const amountMinor = asked.amountMinor ?? basket.missingMinor;
  const errors: FieldErrors = {
    ...checkOneOf('processor', asked.processor, allowed),
    ...checkOneOf('capture_method', asked.captureMethod, captureMethods),
    ...(amountMinor >= 1 && amountMinor <= basket.missingMinor
      ? {}
      : { amount: [`The amount must be at least 1 and at most the ${basket.missingMinor} that are still missing.`] }),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return {
    processor: oneOf(asked.processor, allowed) ?? 'manual',
    captureMethod: basket.isByCustomer ? 'manual' : (oneOf(asked.captureMethod, captureMethods) ?? 'automatic'),
    amountMinor,
    status: 'PAYMENT_STATUS_PENDING',
  };
}

/**
 * A payment that staff record on an order: taken already unless they say otherwise. It may exceed what is missing. One that is pending
 * waits for staff to charge it; only a submit that is still to come takes it by itself.
 */
export function planOrderPayment(asked: AskedPayment, order: { currency: string; isOpen: boolean }): NewPayment {
  const amountMinor = asked.amountMinor ?? 0;
  const waits = asked.status === 'PAYMENT_STATUS_PENDING' && !order.isOpen;
  const captureMethod = oneOf(asked.captureMethod, captureMethods) ?? (waits ? 'manual' : 'automatic');
  const isOurCurrency = asked.currency === null || asked.currency.toLowerCase() === order.currency.toLowerCase();
  const errors: FieldErrors = {
    ...(asked.processor === null ? { processor: [sentence('processor', processors)] } : {}),
    ...checkOneOf('processor', asked.processor, processors),
    ...checkOneOf('capture_method', asked.captureMethod, waits ? chargedByHand : captureMethods),
    ...(amountMinor >= 1 ? {} : { amount: ['The amount must be at least 1.'] }),
    ...(isOurCurrency ? {} : { currency: [`The currency must be the site's, ${order.currency}.`] }),
    ...(recordable.includes(asked.status) ? {} : { status: ['The status must be pending or paid.'] }),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return {
    processor: oneOf(asked.processor, processors) ?? 'manual',
    captureMethod,
    amountMinor,
    status: asked.status === 'PAYMENT_STATUS_UNSPECIFIED' ? statusOfNew(captureMethod) : asked.status,
  };
}

/** Whether a payment can still be discarded: nobody has paid it. */
export function isDiscardable(status: PaymentStatus): boolean {
  return discardable.has(status);
}

/** Whether a payment's money is there. */
export function isPaid(status: PaymentStatus): boolean {
  return status === 'PAYMENT_STATUS_PAID';
}

/** Whether a payment is taken by itself once its order is submitted. */
export function isCapturedAfterSubmit(payment: { status: PaymentStatus; captureMethod: CaptureMethod }): boolean {
  return payment.status === 'PAYMENT_STATUS_READY_FOR_CAPTURE' && payment.captureMethod === 'automatic';
}

/** Whether staff can take the money of a payment now. */
export function isChargeable(payment: { status: PaymentStatus; captureMethod: CaptureMethod }): boolean {
  const isWaiting =
    payment.status === 'PAYMENT_STATUS_READY_FOR_CAPTURE' || payment.status === 'PAYMENT_STATUS_PENDING';
  return isWaiting && payment.captureMethod !== 'automatic';
}

const recordable: readonly PaymentStatus[] = [
  'PAYMENT_STATUS_UNSPECIFIED',
  'PAYMENT_STATUS_PENDING',
  'PAYMENT_STATUS_PAID',
];

const discardable: ReadonlySet<PaymentStatus> = new Set([
  'PAYMENT_STATUS_PENDING',
  'PAYMENT_STATUS_REQUIRES_ACTION',
  'PAYMENT_STATUS_EXPIRED',
  'PAYMENT_STATUS_FAILED',
]);

function statusOfNew(captureMethod: CaptureMethod): PaymentStatus {
  return captureMethod === 'automatic' ? 'PAYMENT_STATUS_PAID' : 'PAYMENT_STATUS_PENDING';
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

function checkOneOf(field: string, value: string | null, allowed: readonly string[]): FieldErrors {
  return value === null || allowed.includes(value) ? {} : { [field]: [sentence(field, allowed)] };
}

function sentence(field: string, allowed: readonly string[]): string {
  return `The ${field.replaceAll('_', ' ')} must be one of: ${allowed.join(', ')}.`;
}
