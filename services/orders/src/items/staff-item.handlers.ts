import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type {
  CreateOrderItemRequest,
  OrderItemIdRequest,
  OrderItemServiceService,
  UpdateOrderItemRequest,
} from '@lido/proto/lido/orders/v1/order_items.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { releaseLater } from '../bookings/release.repository.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { changeOrder } from '../orders/change-order.handlers.ts';
import { isOpen, requireSubmitted, requireUnfrozen } from '../orders/order.ts';
import { type Writer, zoneOf } from '../orders/order.repository.ts';
import type { Ports } from '../orders/ports.ts';
import { cancelItem } from './held-item.ts';
import { emptyItem } from './item.ts';
import { addItem, changeItem, holdOptions, type ItemChange, removeItem, requireItem } from './order-item.handlers.ts';

/** The rpcs by which staff change the items of an order. */
export function orderItemHandlers(ports: Ports) {
  const [create, update, cancel] = [createItem(ports), updateItem(ports), deleteItem(ports)];
  return {
    createOrderItem: create,
    updateOrderItem: update,
    deleteOrderItem: cancel,
    createOrderItemLegacy: create,
    updateOrderItemLegacy: update,
    deleteOrderItemLegacy: cancel,
  } satisfies Handlers<typeof OrderItemServiceService>;
}

function createItem(ports: Ports) {
  return (request: CreateOrderItemRequest, call: Call): Promise<Order> => {
    const itemId = newShopId();
    return changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      requireSubmitted(aggregate.order.status);
      const input = request.item ?? emptyItem;
      await addItem(aggregate, { itemId, input }, await changeOf(ports, { aggregate, writer, request, call }));
    });
  };
}

function updateItem(ports: Ports) {
  return (request: UpdateOrderItemRequest, call: Call): Promise<Order> =>
    changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      const { order } = aggregate;
      requireUnfrozen(order.status);
      const { status } = requireItem(aggregate, request.itemId);
      if (status === 'ORDER_ITEM_STATUS_CANCELLED')
        throw stateConflict('illegal_state', 'This item is cancelled and can not be changed. Please add it again.');
      if (order.lockedAt)
        throw stateConflict('order_locked', 'This order is locked, so its items can not be moved. Please unlock it.');
      const { itemId, item: input, updateMask } = request;
      if (!input) return;
      await changeItem(
        aggregate,
        { itemId, input, mask: updateMask ?? [] },
        await changeOf(ports, { aggregate, writer, request, call }),
      );
    });
}

/** An item of a basket goes; one of an order is kept as cancelled, and its time is given back by work that a crash can not lose. */
function deleteItem(ports: Ports) {
  return async (request: OrderItemIdRequest, call: Call): Promise<Order> => {
    const answer = await changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      const { order } = aggregate;
      requireUnfrozen(order.status);
      const item = requireItem(aggregate, request.itemId);
      if (isOpen(order.status)) {
        return removeItem(aggregate, item.id, await changeOf(ports, { aggregate, writer, request: {}, call }));
      }
      if (item.status === 'ORDER_ITEM_STATUS_CANCELLED') return;
      cancelItem(item, writer);
      await releaseLater(writer.em, order, [item.id], call.requestId);
    });
    ports.wakeSweeper();
    return answer;
  };
}

interface Changing {
  aggregate: Aggregate;
  writer: Writer;
  request: Pick<CreateOrderItemRequest, 'skipAvailabilityChecks' | 'overrideConflicts'>;
  call: Call;
}

async function changeOf(
  { bookings }: Ports,
  { aggregate: { order }, writer, request, call }: Changing,
): Promise<ItemChange> {
  const overrider = overriderOf(request.overrideConflicts, order.siteId, call);
  const skipRules = overrider !== null || (request.skipAvailabilityChecks ?? false);
  const hold = { ...holdOptions(call, skipRules), overrider };
  return { bookings, hold, writer, zone: await zoneOf(writer.em, order) };
}
