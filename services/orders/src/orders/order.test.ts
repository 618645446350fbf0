import { OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { describe, expect, test } from 'vitest';
import { isOpen, type OrderAction, requireOpen, requireUnfrozen, requireTransition, statusAfter } from './order.ts';

const allowed: [OrderStatus, OrderAction, OrderStatus][] = [
  ['ORDER_STATUS_IN_PROGRESS', 'submit', 'ORDER_STATUS_SUBMITTED'],
  ['ORDER_STATUS_NEW', 'submit', 'ORDER_STATUS_SUBMITTED'],
  ['ORDER_STATUS_SUBMITTED', 'settle', 'ORDER_STATUS_SETTLED'],
  ['ORDER_STATUS_IN_PROGRESS', 'cancel', 'ORDER_STATUS_CANCELLED'],
  ['ORDER_STATUS_NEW', 'cancel', 'ORDER_STATUS_CANCELLED'],
  ['ORDER_STATUS_SUBMITTED', 'cancel', 'ORDER_STATUS_CANCELLED'],
  ['ORDER_STATUS_SUBMITTED', 'mark_no_show', 'ORDER_STATUS_NO_SHOW'],
  ['ORDER_STATUS_CANCELLED', 'restore', 'ORDER_STATUS_NEW'],
];
const actions: OrderAction[] = ['submit', 'settle', 'cancel', 'mark_no_show', 'restore'];
const statuses = Object.values(OrderStatus);

describe('the life of an order', () => {
  test('knows these transitions and no others', () => {
    const found = statuses.flatMap((status) =>
      actions.flatMap((action) => {
        const next = statusAfter(status, action);
        return next === undefined ? [] : [[status, action, next] as const];
      }),
    );
    expect(new Set(found.map(String))).toEqual(new Set(allowed.map(String)));
  });

  test('an order that was checked out can not be cancelled, and the refusal says so', () => {
    expect(() => requireTransition('ORDER_STATUS_SETTLED', 'cancel')).toThrow(
      'This order is checked out and can not be cancelled.',
    );
  });

  test('only what is still being put together can be changed as a basket', () => {
    expect(statuses.filter(isOpen)).toEqual(['ORDER_STATUS_IN_PROGRESS', 'ORDER_STATUS_NEW']);
    expect(() => requireOpen('ORDER_STATUS_SUBMITTED')).toThrow('submitted and can not be changed as a basket');
  });

  test.each(['ORDER_STATUS_SETTLED', 'ORDER_STATUS_CANCELLED', 'ORDER_STATUS_NO_SHOW'] as const)(
    '%s takes no payments and no guests',
    (status) => {
      expect(() => requireUnfrozen(status)).toThrow('can not be changed');
    },
  );
});
