import { describe, expect, test } from 'vitest';
import {
  type AskedPayment,
  isCapturedAfterSubmit,
  isChargeable,
  planBasketPayment,
  planOrderPayment,
} from './payment.ts';

const asked: AskedPayment = {
  processor: null,
  captureMethod: null,
  amountMinor: null,
  currency: null,
  status: 'PAYMENT_STATUS_UNSPECIFIED',
};
const basket = { missingMinor: 5_000, isByCustomer: false };
const fieldsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    return Object.keys((error as { fields?: object }).fields ?? {});
  }
  return [];
};

describe('a payment of a basket', () => {
  test('takes all that is missing when no amount is named, and waits for the submit', () => {
    expect(planBasketPayment(asked, basket)).toEqual({
      processor: 'manual',
      captureMethod: 'automatic',
      amountMinor: 5_000,
      status: 'PAYMENT_STATUS_PENDING',
    });
  });

  test.each([0, -1, 5_001])('of %i is refused when 5000 are missing', (amountMinor) => {
    expect(fieldsOf(() => planBasketPayment({ ...asked, amountMinor }, basket))).toEqual(['amount']);
  });

  test('is refused by every bad field at once', () => {
    const bad = { ...asked, processor: 'cowries', captureMethod: 'never', amountMinor: 9_999 };
    expect(fieldsOf(() => planBasketPayment(bad, basket))).toEqual(['processor', 'capture_method', 'amount']);
  });

  test('by a customer is a promise to pay at the desk that staff have to charge', () => {
    const promise = planBasketPayment({ ...asked, captureMethod: 'automatic' }, { ...basket, isByCustomer: true });
    expect(promise).toMatchObject({ processor: 'manual', captureMethod: 'manual' });
    const authorised = { ...promise, status: 'PAYMENT_STATUS_READY_FOR_CAPTURE' } as const;
    expect([isCapturedAfterSubmit(authorised), isChargeable(authorised)]).toEqual([false, true]);
  });

  test('by a customer can not claim that a partner has the money', () => {
    expect(
      fieldsOf(() => planBasketPayment({ ...asked, processor: 'partner' }, { ...basket, isByCustomer: true })),
    ).toEqual(['processor']);
  });
});

describe('a payment that staff record', () => {
  const order = { currency: 'gbp', isOpen: false };

  test('of a partner has been taken already', () => {
    const payment = planOrderPayment({ ...asked, processor: 'partner', amountMinor: 10_000, currency: 'GBP' }, order);
    expect(payment).toMatchObject({ amountMinor: 10_000, status: 'PAYMENT_STATUS_PAID' });
  });

  test('may be prepared as pending', () => {
    const pending = { ...asked, processor: 'manual', amountMinor: 1, status: 'PAYMENT_STATUS_PENDING' } as const;
    const charged = { status: 'PAYMENT_STATUS_PENDING', captureMethod: 'manual' };
    expect(planOrderPayment(pending, order)).toMatchObject(charged);
    expect(isChargeable(planOrderPayment(pending, order))).toBe(true);
    // The submit that is to come takes it.
    expect(planOrderPayment(pending, { ...order, isOpen: true })).toMatchObject({ captureMethod: 'automatic' });
  });

  test.each([
    ['processor', { amountMinor: 1 }],
    ['processor', { amountMinor: 1, processor: 'stripe' }],
    ['currency', { amountMinor: 1, processor: 'manual', currency: 'eur' }],
    ['status', { amountMinor: 1, processor: 'manual', status: 'PAYMENT_STATUS_FAILED' }],
    ['amount', { processor: 'manual' }],
    [
      'capture_method',
      { amountMinor: 1, processor: 'manual', status: 'PAYMENT_STATUS_PENDING', captureMethod: 'automatic' },
    ],
  ] as const)('is refused for its %s in %j', (field, changes) => {
    expect(fieldsOf(() => planOrderPayment({ ...asked, ...changes }, order))).toEqual([field]);
  });
});
