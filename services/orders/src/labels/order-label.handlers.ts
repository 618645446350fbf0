import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { OrderLabelIdRequest, OrderLabelServiceService } from '@lido/proto/lido/orders/v1/order_label.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { changeOrder } from '../orders/change-order.handlers.ts';

/** The rpcs of an order's labels. */
export const orderLabelHandlers = { createOrderLabel, deleteOrderLabel } satisfies Handlers<
  typeof OrderLabelServiceService
>;

function createOrderLabel({ orderId, labelId }: OrderLabelIdRequest, call: Call): Promise<Order> {
  return changeOrder(orderId, call, 'saved', ({ order }) => {
    order.labelIds = [...new Set([...order.labelIds, labelId])];
  });
}

async function deleteOrderLabel({ orderId, labelId }: OrderLabelIdRequest, call: Call): Promise<object> {
  await changeOrder(orderId, call, 'saved', ({ order }) => {
    order.labelIds = order.labelIds.filter((id) => id !== labelId);
  });
  return {};
}
