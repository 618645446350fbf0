import type { Order, OrderIdRequest } from '@lido/proto/lido/orders/v1/order.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { formatMoney } from '@lido/runtime/money/format-money.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { releaseLater } from '../bookings/release.repository.ts';
import { cancelItem } from '../items/held-item.ts';
import { datesOf, liveItems, livePackages, moneyOf } from './aggregate.ts';
import { changeOrder } from './change-order.handlers.ts';
import { requireTransition } from './order.ts';
import { zoneOf } from './order.repository.ts';
import type { Ports } from './ports.ts';

/** Cancels an order with all its items. Its time is given back after the commit, by work that a crash can not lose. */
export function cancelOrder({ wakeSweeper }: Ports) {
  return async ({ orderId }: OrderIdRequest, call: Call): Promise<Order> => {
    const answer = await changeOrder(orderId, call, 'cancelled', async (aggregate, writer) => {
      const { order } = aggregate;
      order.status = requireTransition(order.status, 'cancel');
      order.cancelledAt = new Date(writer.nowMs);
      const items = liveItems(aggregate);
      for (const line of [...items, ...livePackages(aggregate)]) cancelItem(line, writer);
      await releaseLater(
        writer.em,
        order,
        items.map(({ id }) => id),
        call.requestId,
      );
    });
    wakeSweeper();
    return answer;
  };
}

/** Brings a cancelled order back as new. Its time is gone, so its items stay cancelled. */
export function restoreOrder({ orderId }: OrderIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', ({ order }) => {
    order.status = requireTransition(order.status, 'restore');
    order.cancelledAt = null;
    order.submittedAt = null;
    order.submittedById = null;
  });
}

/** Checks an order out: everything has to be paid. */
export function actionSettleOrder({ orderId }: OrderIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', (aggregate, { nowMs }) => {
    const { order } = aggregate;
    const status = requireTransition(order.status, 'settle');
    const { unpaidMinor } = moneyOf(aggregate).payments;
    if (unpaidMinor > 0)
      throw stateConflict(
        'balance_outstanding',
        `Payments of ${formatMoney(unpaidMinor, order.currency)} are missing before this order can be checked out.`,
      );
    order.status = status;
    order.settledAt = new Date(nowMs);
    order.stage = 'ORDER_STAGE_CHECKED_OUT';
  });
}

/** Notes that nobody came; only on a day the order is for, and for good. */
export function actionNoShowOrder({ orderId }: OrderIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', async (aggregate, { em, nowMs }) => {
    const { order } = aggregate;
    const status = requireTransition(order.status, 'mark_no_show');
    const today = localDateOf(nowMs, await zoneOf(em, order));
    if (!datesOf(aggregate).includes(today)) {
      throw stateConflict('not_today', 'An order can be marked as a no-show only on its own day.');
    }
    order.status = status;
  });
}

/** Says that the order's bookings shall not be moved; locking twice keeps the first time. */
export function actionLockOrder({ orderId }: OrderIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', ({ order }, { nowMs }) => {
    order.lockedAt ??= new Date(nowMs);
  });
}

/** Takes the lock away; an order without one stays as it is. */
export function actionUnlockOrder({ orderId }: OrderIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', ({ order }) => {
    order.lockedAt = null;
  });
}
