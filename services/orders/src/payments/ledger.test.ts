import { PaymentStatus } from '@lido/proto/lido/orders/v1/payment.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paymentTotals } from './ledger.ts';

const payment = fc.record({
  status: fc.constantFrom(...Object.values(PaymentStatus)),
  amountMinor: fc.integer({ min: 1, max: 10_000_000 }),
});

test('paid, pending and chargeable money is what was provided, and what is missing makes up the total', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.array(payment), (total, payments) => {
      const totals = paymentTotals(total, payments);
      expect(totals.paidMinor + totals.pendingMinor + totals.chargeableMinor).toBe(totals.providedMinor);
      expect(totals.providedMinor + totals.missingMinor).toBe(total);
      expect(totals.paidMinor + totals.unpaidMinor).toBe(total);
    }),
  );
});

test('every payment counts once, and expired and failed ones not at all', () => {
  fc.assert(
    fc.property(fc.array(payment), (payments) => {
      const ignored = ['PAYMENT_STATUS_UNSPECIFIED', 'PAYMENT_STATUS_EXPIRED', 'PAYMENT_STATUS_FAILED'];
      const counted = payments.filter(({ status }) => !ignored.includes(status));
      const expected = counted.reduce((total, { amountMinor }) => total + amountMinor, 0);
      expect(paymentTotals(0, payments).providedMinor).toBe(expected);
    }),
  );
});

test('too much money shows as a negative rest', () => {
  const totals = paymentTotals(100, [{ status: 'PAYMENT_STATUS_PAID', amountMinor: 130 }]);
  expect(totals).toMatchObject({ missingMinor: -30, unpaidMinor: -30 });
});
