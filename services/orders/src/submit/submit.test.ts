import { describe, expect, test } from 'vitest';
import { holdsDiffer, refuseSubmit, submitErrors, type SubmitFacts } from './submit.ts';

const ready: SubmitFacts = {
  path: 'basket',
  openPackages: [],
  itemCount: 1,
  hasCustomer: true,
  hasContact: false,
  dueMinor: 5_000,
  providedMinor: 5_000,
  pendingMinor: 5_000,
  currency: 'gbp',
};
const codes = (changes: Partial<SubmitFacts>): string[] =>
  submitErrors({ ...ready, ...changes }).map(({ code }) => code);

describe('the rules of a submit', () => {
  test.each([
    ['a full basket that is paid for', {}, []],
    ['an empty basket', { itemCount: 0 }, ['basket_empty']],
    ['a basket of nobody', { hasCustomer: false }, ['customer_required']],
    ['a basket of a lead booker who is no customer', { hasCustomer: false, hasContact: true }, []],
    ['a basket short of one unit', { providedMinor: 4_999 }, ['payment_missing']],
    ['a basket with a unit too much', { providedMinor: 5_001 }, ['payment_exceeds']],
    ['a basket of which too much was paid', { providedMinor: 5_001, pendingMinor: 0 }, []],
    ['an order with too much', { path: 'order', providedMinor: 9_000 }, []],
    ['an order short of everything', { path: 'order', providedMinor: 0 }, []],
    ['an empty basket of nobody', { itemCount: 0, hasCustomer: false }, ['basket_empty', 'customer_required']],
  ] as const)('for %s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });

  test('all reasons are named at once, each at its field', () => {
    const errors = submitErrors({ ...ready, itemCount: 0, hasCustomer: false, providedMinor: 0 });
    const { fields = {} } = refuseSubmit(errors);
    expect(Object.keys(fields)).toEqual(['items', 'customer', 'payments']);
    expect(fields['payments']).toEqual(['Payments of 50.00 GBP are missing.']);
  });
});

test('a hold at another time than its item, or none at all, is noticed', () => {
  const items = [{ id: 'a', startMs: 1 }];
  expect(holdsDiffer(items, [{ itemId: 'a', startMs: 1 }])).toBe(false);
  expect(holdsDiffer(items, [{ itemId: 'a', startMs: 2 }])).toBe(true);
  expect(holdsDiffer(items, [])).toBe(true);
});
