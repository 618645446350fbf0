import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type {
  CreateOrderItemRequest,
  CreateOrderPackageItemRequest,
  OrderItemIdRequest,
  OrderItemServiceService,
  OrderPackageItemIdRequest,
  UpdateOrderItemRequest,
  UpdateOrderPackageItemRequest,
} from '@lido/proto/lido/orders/v1/order_items.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { changeOrder } from '../orders/change-order.handlers.ts';
import { requireSubmitted, requireUnfrozen } from '../orders/order.ts';
import { type Writer, zoneOf } from '../orders/order.repository.ts';
import type { Ports } from '../orders/ports.ts';
import { changeChosen, chooseOption, clearChosen, emptyChoice } from '../packages/package-item.handlers.ts';
import { emptyItem } from './item.ts';
import { holdOptions, type ItemChange } from './order-item.handlers.ts';
import { addLine, changeLine, removeLine, requireLine } from './order-line.handlers.ts';

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
    createOrderPackageItem: createPackageItem(ports),
    updateOrderPackageItem: updatePackageItem(ports),
    deleteOrderPackageItem: deletePackageItem(ports),
  } satisfies Handlers<typeof OrderItemServiceService>;
}

function createItem(ports: Ports) {
  return (request: CreateOrderItemRequest, call: Call): Promise<Order> => {
    const itemId = newShopId();
    return changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      requireSubmitted(aggregate.order.status);
      const input = request.item ?? emptyItem;
      await addLine(aggregate, { itemId, input }, await changeOf(ports, { aggregate, writer, request, call }));
    });
  };
}

function updateItem(ports: Ports) {
  return (request: UpdateOrderItemRequest, call: Call): Promise<Order> =>
    changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      const { order } = aggregate;
      requireUnfrozen(order.status);
      const { status } = requireLine(aggregate, request.itemId);
      if (status === 'ORDER_ITEM_STATUS_CANCELLED')
        throw stateConflict('illegal_state', 'This item is cancelled and can not be changed. Please add it again.');
      requireUnlocked(order);
      const { itemId, item: input, updateMask } = request;
      if (!input) return;
      await changeLine(
        aggregate,
        { itemId, input, mask: updateMask ?? [] },
        await changeOf(ports, { aggregate, writer, request, call }),
      );
    });
}

/** An item of a basket goes; one of an order is kept as cancelled. */
function deleteItem(ports: Ports) {
  return async (request: OrderItemIdRequest, call: Call): Promise<Order> => {
    const answer = await changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      requireUnfrozen(aggregate.order.status);
      await removeLine(aggregate, request.itemId, await changeOf(ports, { aggregate, writer, request: {}, call }));
    });
    ports.wakeSweeper();
    return answer;
  };
}

function createPackageItem(ports: Ports) {
  return (request: CreateOrderPackageItemRequest, call: Call): Promise<Order> => {
    const itemId = newShopId();
    return changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      requireSubmitted(aggregate.order.status);
      const asked = { lineId: request.itemId, itemId, input: request.item ?? emptyChoice, mask: [], mayReplace: false };
      await chooseOption(aggregate, asked, await changeOf(ports, { aggregate, writer, request, call }));
    });
  };
}

function updatePackageItem(ports: Ports) {
  return (request: UpdateOrderPackageItemRequest, call: Call): Promise<Order> =>
    changeOrder(request.orderId, call, 'saved', async (aggregate, writer) => {
      requireUnfrozen(aggregate.order.status);
      requireUnlocked(aggregate.order);
      const { itemId: lineId, packageItemId: itemId, item, updateMask } = request;
      const asked = { lineId, itemId, input: item ?? emptyChoice, mask: updateMask ?? [] };
      await changeChosen(aggregate, asked, await changeOf(ports, { aggregate, writer, request, call }));
    });
}

function deletePackageItem(ports: Ports) {
  return async ({ orderId, itemId: lineId, packageItemId }: OrderPackageItemIdRequest, call: Call): Promise<object> => {
    await changeOrder(orderId, call, 'saved', async (aggregate, writer) => {
      requireUnfrozen(aggregate.order.status);
      const change = await changeOf(ports, { aggregate, writer, request: {}, call });
      await clearChosen(aggregate, { lineId, itemId: packageItemId }, change);
    });
    ports.wakeSweeper();
    return {};
  };
}

function requireUnlocked({ lockedAt }: Aggregate['order']): void {
  if (lockedAt)
    throw stateConflict('order_locked', 'This order is locked, so its items can not be moved. Please unlock it.');
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
