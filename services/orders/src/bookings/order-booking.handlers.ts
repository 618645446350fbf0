import type { OrderBookingServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { OrderItemEntity } from '../items/order-item.entity.ts';
import { changeOrder } from '../orders/change-order.handlers.ts';
import { requireUnfrozen } from '../orders/order.ts';
import { findOrder, requireNoSubmit } from '../orders/order.repository.ts';
import { toBookedItem } from './booked-item.ts';

/**
 * What availability asks before it changes a booking, where it brings the stage that staff set on one, and what the door asks of
 * somebody who comes for a booking or leaves.
 */
export const orderBookingHandlers = {
  // Nothing is locked: whoever changes the order meanwhile changes the booking too, and availability sees that.
  checkBookingChange: async ({ orderId }, call) => {
    const { order } = await findOrder(call, orderId);
    requireUnfrozen(order.status);
    if (order.lockedAt)
      throw stateConflict('order_locked', 'This order is locked, so its bookings can not be moved. Please unlock it.');
    await requireNoSubmit(call.em, orderId);
    return {};
  },
  changeOrderStage: async ({ orderId, stage }, call) => {
    await changeOrder(orderId, call, 'saved', ({ order }) => {
      requireUnfrozen(order.status);
      order.stage = stage;
    });
    return {};
  },
  findBookedItem: async ({ itemId }, call) => {
    const item = await call.em.findOne(OrderItemEntity, { id: itemId, deletedAt: null });
    if (!item) throw notFound(itemId);
    return toBookedItem(await findOrder(call, item.orderId), item);
  },
} satisfies Handlers<typeof OrderBookingServiceService>;
