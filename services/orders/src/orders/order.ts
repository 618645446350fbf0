import type { OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { type Refusal, stateConflict } from '@lido/runtime/errors/refusal.ts';

/** What can be done to an order as a whole. */
export type OrderAction = 'submit' | 'settle' | 'cancel' | 'mark_no_show' | 'restore';

const transitions: Record<OrderAction, Partial<Record<OrderStatus, OrderStatus>>> = {
  submit: { ORDER_STATUS_IN_PROGRESS: 'ORDER_STATUS_SUBMITTED', ORDER_STATUS_NEW: 'ORDER_STATUS_SUBMITTED' },
  settle: { ORDER_STATUS_SUBMITTED: 'ORDER_STATUS_SETTLED' },
  cancel: {
    ORDER_STATUS_IN_PROGRESS: 'ORDER_STATUS_CANCELLED',
    ORDER_STATUS_NEW: 'ORDER_STATUS_CANCELLED',
    ORDER_STATUS_SUBMITTED: 'ORDER_STATUS_CANCELLED',
  },
  mark_no_show: { ORDER_STATUS_SUBMITTED: 'ORDER_STATUS_NO_SHOW' },
  restore: { ORDER_STATUS_CANCELLED: 'ORDER_STATUS_NEW' },
};

const verbs: Record<OrderAction, string> = {
  submit: 'submitted',
  settle: 'checked out',
  cancel: 'cancelled',
  mark_no_show: 'marked as a no-show',
  restore: 'restored',
};

const states: Record<OrderStatus, string> = {
  ORDER_STATUS_UNSPECIFIED: 'in no state',
  ORDER_STATUS_IN_PROGRESS: 'still a basket',
  ORDER_STATUS_NEW: 'new',
  ORDER_STATUS_SUBMITTED: 'submitted',
  ORDER_STATUS_SETTLED: 'checked out',
  ORDER_STATUS_CANCELLED: 'cancelled',
  ORDER_STATUS_NO_SHOW: 'a no-show',
};

/** The status an action leads to; undefined where the order's state forbids it. */
export function statusAfter(status: OrderStatus, action: OrderAction): OrderStatus | undefined {
  return transitions[action][status];
}

/** Like `statusAfter`, but a forbidden action is a 409 that names both the action and the state. */
export function requireTransition(status: OrderStatus, action: OrderAction): OrderStatus {
  const next = statusAfter(status, action);
  if (next === undefined) throw illegal(status, verbs[action]);
  return next;
}

/** Whether the order is still being put together: items, guests and payments may come and go freely. */
export function isOpen(status: OrderStatus): boolean {
  return status === 'ORDER_STATUS_IN_PROGRESS' || status === 'ORDER_STATUS_NEW';
}

/** Refuses changes to what is in a basket once it has become an order. */
export function requireOpen(status: OrderStatus): void {
  if (!isOpen(status)) throw illegal(status, 'changed as a basket');
}

/** Refuses items for an order that is not confirmed: what is in a basket is added as to a basket. */
export function requireSubmitted(status: OrderStatus): void {
  if (status !== 'ORDER_STATUS_SUBMITTED')
    throw stateConflict('illegal_state', `This order is ${states[status]}; items are added to submitted orders only.`);
}

/** Refuses changes of guests and payments once an order's value no longer changes. Refunds are another matter. */
export function requireUnfrozen(status: OrderStatus): void {
  if (!isOpen(status) && status !== 'ORDER_STATUS_SUBMITTED') throw illegal(status, 'changed');
}

function illegal(status: OrderStatus, deed: string): Refusal {
  return stateConflict('illegal_state', `This order is ${states[status]} and can not be ${deed}.`);
}
