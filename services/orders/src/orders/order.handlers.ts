import type {
  ActionReserveOrderRequest,
  ActionSubmitOrderRequest,
  CreateOrderRequest,
  GetOrderByReferenceRequest,
  Order,
  OrderIdRequest,
  OrderServiceService,
  UpdateOrderLeadBookerRequest,
  UpdateOrderRequest,
} from '@lido/proto/lido/orders/v1/order.ts';
import { invalid, notFound, seenInBody } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import { extendHolds } from '../items/extend-holds.handlers.ts';
import { setCustomer } from '../people/people.client.ts';
import { changeOrder } from './change-order.handlers.ts';
import { listOrders } from './list-orders.handlers.ts';
import { openOrder } from './open-order.handlers.ts';
import { requireOpen, requireUnfrozen } from './order.ts';
import { OrderEntity } from './order.entity.ts';
import { toOrder } from './order-message.ts';
import { findOrder, visibleOrders, writerOf, zoneOf } from './order.repository.ts';
import {
  actionLockOrder,
  actionNoShowOrder,
  actionSettleOrder,
  actionUnlockOrder,
  cancelOrder,
  restoreOrder,
} from './order-state.handlers.ts';
import type { Ports } from './ports.ts';

/** The order's rpcs. */
export function orderHandlers(ports: Ports) {
  return {
    listOrders,
    getOrder,
    createOrder: createOrder(ports),
    updateOrder: updateOrder(ports),
    updateOrderLeadBooker,
    actionSubmitOrder: actionSubmitOrder(ports),
    actionReserveOrder: actionReserveOrder(ports),
    actionCancelOrder: cancelOrder(ports),
    actionSettleOrder,
    actionNoShowOrder,
    actionRestoreOrder: restoreOrder,
    actionLockOrder,
    actionUnlockOrder,
    getOrderByReference,
  } satisfies Handlers<typeof OrderServiceService>;
}

async function getOrder({ orderId }: Pick<OrderIdRequest, 'orderId'>, call: Call): Promise<Order> {
  const aggregate = await findOrder(call, orderId);
  return toOrder(aggregate, { zone: await zoneOf(call.em, aggregate.order), nowMs: call.clock.nowMs() });
}

function createOrder(ports: Ports) {
  return ({ siteId, customerId, status, externalRef }: CreateOrderRequest, call: Call): Promise<Order> => {
    if (status !== 'ORDER_STATUS_UNSPECIFIED' && status !== 'ORDER_STATUS_NEW') {
      throw invalid({ status: ['An order starts as new; submit it to go on.'] });
    }
    const id = newShopId();
    return call.transact(async (transaction) => {
      seenInBody('site_id', `There is no site ${siteId}.`, () => requireSite(call, siteId));
      const opening = {
        id,
        siteId,
        customerId: customerId ?? null,
        status: 'ORDER_STATUS_NEW',
        externalRef: externalRef ?? null,
      } as const;
      const { aggregate, zone } = await openOrder(opening, ports, call, writerOf(call, transaction));
      return toOrder(aggregate, { zone, nowMs: call.clock.nowMs() });
    });
  };
}

function updateOrder({ people, sites }: Ports) {
  return ({ orderId, order: details, updateMask }: UpdateOrderRequest, call: Call): Promise<Order> =>
    changeOrder(orderId, call, 'saved', async ({ order }, { em }) => {
      const carries = (name: string): boolean => updateMask?.includes(name) ?? false;
      if (carries('sales_channel_id')) order.salesChannelId = details?.salesChannelId ?? null;
      if (carries('external_ref')) order.externalRef = details?.externalRef ?? null;
      if (carries('integration_config_id')) order.integrationConfigId = details?.integrationConfigId ?? null;
      if (carries('stage')) {
        const stage = details?.stage ?? 'ORDER_STAGE_UNSPECIFIED';
        order.stage = stage === 'ORDER_STAGE_UNSPECIFIED' ? 'ORDER_STAGE_NOT_ARRIVED' : stage;
      }
      if (!carries('customer_id')) return;
      const id = details?.customerId ?? null;
      const setting = { people, sites, em, requestId: call.requestId, field: 'customer_id' } as const;
      if (id === null) order.customerId = null;
      else await setCustomer(order, { id }, setting);
    });
}

/** Changes the contact details that the body carries; the lead guest keeps the same name as the order. */
function updateOrderLeadBooker(
  { orderId, leadBooker, updateMask }: UpdateOrderLeadBookerRequest,
  call: Call,
): Promise<Order> {
  return changeOrder(orderId, call, 'saved', ({ order, guests }) => {
    requireUnfrozen(order.status);
    const carries = (name: string): boolean => updateMask?.includes(name) ?? false;
    const lead = guests.find(({ isLeadBooker }) => isLeadBooker);
    for (const named of lead ? [order, lead] : [order]) {
      if (carries('first_name')) named.firstName = leadBooker?.firstName ?? null;
      if (carries('last_name')) named.lastName = leadBooker?.lastName ?? null;
    }
    if (carries('email')) order.email = leadBooker?.email ?? null;
    if (carries('phone')) order.phone = leadBooker?.phone ?? null;
  });
}

/** The submit that needs no payment. The same saga runs as for a basket; the caller's permission is checked first. */
function actionSubmitOrder({ submits }: Ports) {
  return async ({ orderId, skipAvailabilityChecks }: ActionSubmitOrderRequest, call: Call): Promise<Order> => {
    const { order } = await findOrder(call, orderId);
    const skipRules = skipAvailabilityChecks ?? false;
    const { actor, requestId, checkKey } = call;
    await submits.submit({ order, path: 'order', skipRules, actor, requestId, checkKey });
    return call.transact(async ({ em }) => {
      const aggregate = await findOrder(call, orderId, em);
      return toOrder(aggregate, { zone: await zoneOf(em, aggregate.order), nowMs: call.clock.nowMs() });
    });
  };
}

function actionReserveOrder({ bookings }: Ports) {
  return ({ orderId, reserveMins }: ActionReserveOrderRequest, call: Call): Promise<Order> =>
    changeOrder(orderId, call, 'saved', async (aggregate, writer) => {
      requireOpen(aggregate.order.status);
      const zone = await zoneOf(writer.em, aggregate.order);
      await extendHolds(aggregate, reserveMins ?? 0, { bookings, asking: call, zone });
    });
}

/** A reference is unique within a site only, so without one the newest of the caller's sites is meant. */
async function getOrderByReference({ orderRef, siteId }: GetOrderByReferenceRequest, call: Call): Promise<Order> {
  if (siteId) requireSite(call, siteId);
  const where = { $and: [{ orderRef, deletedAt: null, ...(siteId ? { siteId } : {}) }, visibleOrders(call)] };
  const [found] = await call.em.find(OrderEntity, where, { orderBy: { createdAt: 'desc' }, limit: 1 });
  if (!found) throw notFound(orderRef);
  return getOrder({ orderId: found.id }, call);
}
