import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  ActionSetBasketCustomerRequest,
  ActionSubmitBasketRequest,
  ActionUpdateBasketGuestsRequest,
  Basket,
  BasketCheckoutConfig,
  BasketIdRequest,
  BasketItemIdRequest,
  BasketServiceService,
  CreateBasketItemRequest,
  CreateBasketRequest,
  CustomerDetails,
  UpdateBasketItemRequest,
  UpdateBasketRequest,
} from '@lido/proto/lido/orders/v1/basket.ts';
import type { ValidityError } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { replaceOrderGuests } from '../guests/order-guest.handlers.ts';
import { extendHolds } from '../items/extend-holds.handlers.ts';
import { emptyItem } from '../items/item.ts';
import { addLine, changeLine, removeLine } from '../items/order-line.handlers.ts';
import { type Aggregate, liveItems, moneyOf, submitFacts } from '../orders/aggregate.ts';
import { openOrder } from '../orders/open-order.handlers.ts';
import { requireOpen } from '../orders/order.ts';
import type { OrderRow } from '../orders/order.entity.ts';
import { findOrder, writerOf, zoneOf } from '../orders/order.repository.ts';
import type { Ports } from '../orders/ports.ts';
import { createBasketPayment, deleteBasketPayment } from '../payments/basket-payment.handlers.ts';
import { processors } from '../payments/payment.ts';
import { type ContactDetails, setCustomer } from '../people/people.client.ts';
import { submitErrors } from '../submit/submit.ts';
import { changeBasket } from './basket-change.handlers.ts';
import { toBasket } from './basket-message.ts';

/** The basket's rpcs. */
export function basketHandlers(ports: Ports) {
  return {
    createBasket: createBasket(ports),
    getBasket,
    updateBasket: updateBasket(ports),
    createBasketItem: createBasketItem(ports),
    updateBasketItem: updateBasketItem(ports),
    deleteBasketItem: deleteBasketItem(ports),
    actionUpdateBasketGuests: actionUpdateBasketGuests(ports),
    actionSetBasketCustomer: actionSetBasketCustomer(ports),
    getBasketCheckoutConfig,
    createBasketPayment: createBasketPayment(ports),
    deleteBasketPayment: deleteBasketPayment(ports),
    actionReserveBasket: actionReserveBasket(ports),
    actionCheckBasket: actionCheckBasket(ports),
    actionSubmitBasket: actionSubmitBasket(ports),
  } satisfies Handlers<typeof BasketServiceService>;
}

function createBasket(ports: Ports) {
  return async ({ siteId, customerId }: CreateBasketRequest, call: Call): Promise<Basket> => {
    if (call.principal.kind === 'KIND_CUSTOMER' && customerId != null && customerId !== call.principal.id) {
      throw invalid({ customer_id: ['A basket opened with your own token is always yours.'] });
    }
    const opening = {
      id: newShopId(),
      siteId,
      customerId: customerId ?? null,
      status: 'ORDER_STATUS_IN_PROGRESS',
      externalRef: null,
    } as const;
    return call.transact(async (transaction) => {
      const { aggregate, zone } = await openOrder(opening, ports, call, writerOf(call, transaction));
      return toBasket(aggregate, zone);
    });
  };
}

async function getBasket({ basketId }: BasketIdRequest, call: Call): Promise<Basket> {
  const aggregate = await findOrder(call, basketId);
  return toBasket(aggregate, await zoneOf(call.em, aggregate.order));
}

function updateBasket(ports: Ports) {
  return ({ basketId, basket, updateMask }: UpdateBasketRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: (aggregate) => {
          if (updateMask?.includes('special_requests'))
            aggregate.order.specialRequests = basket?.specialRequests ?? null;
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}

function createBasketItem(ports: Ports) {
  return ({ basketId, item }: CreateBasketItemRequest, call: Call): Promise<Basket> => {
    const asked = { itemId: newShopId(), input: item ?? emptyItem };
    return changeBasket(
      {
        id: basketId,
        work: async (aggregate, change) => {
          await addLine(aggregate, asked, change);
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
  };
}

function updateBasketItem(ports: Ports) {
  return ({ basketId, itemId, item, updateMask }: UpdateBasketItemRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: async (aggregate, change) => {
          await changeLine(aggregate, { itemId, input: item ?? emptyItem, mask: updateMask ?? [] }, change);
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}

function deleteBasketItem(ports: Ports) {
  return ({ basketId, itemId }: BasketItemIdRequest, call: Call): Promise<object> =>
    changeBasket(
      {
        id: basketId,
        work: async (aggregate, change) => {
          await removeLine(aggregate, itemId, change);
          return () => ({});
        },
      },
      call,
      ports,
    );
}

function actionUpdateBasketGuests(ports: Ports) {
  return ({ basketId, guests }: ActionUpdateBasketGuestsRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: async (aggregate, change) => {
          await replaceOrderGuests(aggregate, guests, change);
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}

function actionSetBasketCustomer(ports: Ports) {
  return ({ basketId, customer }: ActionSetBasketCustomerRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: async (aggregate, { writer: { em } }) => {
          await setBasketCustomer(aggregate.order, customer ?? {}, { ports, em, call });
          return (zone) => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}

async function setBasketCustomer(
  order: OrderRow,
  details: ContactDetails,
  { ports: { people, sites }, em, call }: { ports: Ports; em: SqlEntityManager; call: Call },
): Promise<void> {
  if (call.principal.kind === 'KIND_CUSTOMER' && details.id != null && details.id !== call.principal.id) {
    throw invalid({ id: ['With your own token you can only book for yourself.'] });
  }
  await setCustomer(order, details, { people, sites, em, requestId: call.requestId, field: 'id' });
}

async function getBasketCheckoutConfig({ basketId }: BasketIdRequest, call: Call): Promise<BasketCheckoutConfig> {
  const aggregate = await findOrder(call, basketId);
  const money = moneyOf(aggregate);
  return {
    basketId,
    siteId: aggregate.order.siteId,
    currency: aggregate.order.currency,
    processors: call.principal.kind === 'KIND_CUSTOMER' ? ['manual'] : [...processors],
    submitPaymentAmount: money.dueAtSubmitMinor,
    submitAuthAmount: 0,
    outstandingPaymentAmount: Math.max(0, money.payments.unpaidMinor),
    isCustomerRequired: true,
  };
}

function actionReserveBasket(ports: Ports) {
  return ({ basketId }: BasketIdRequest, call: Call): Promise<Basket> =>
    changeBasket(
      {
        id: basketId,
        work: async (aggregate, { zone }) => {
          await extendHolds(aggregate, 0, { bookings: ports.bookings, asking: call, zone });
          return () => toBasket(aggregate, zone);
        },
      },
      call,
      ports,
    );
}

/** Answers the basket with what would keep it from being submitted, and changes nothing. */
function actionCheckBasket({ bookings }: Ports) {
  return async ({ basketId }: BasketIdRequest, call: Call): Promise<Basket> => {
    const aggregate = await findOrder(call, basketId);
    requireOpen(aggregate.order.status);
    const itemIds = liveItems(aggregate).map(({ id }) => id);
    const checked = itemIds.length === 0 ? [] : await bookings.check(aggregate.order, itemIds, call);
    const errors: ValidityError[] = [
      ...submitErrors(submitFacts(aggregate, 'basket')),
      ...checked.flatMap(({ itemId, valid, code, message }) =>
        valid ? [] : [{ code, message, itemId: lineIdOf(aggregate, itemId) }],
      ),
    ];
    return toBasket(aggregate, await zoneOf(call.em, aggregate.order), errors);
  };
}

/** What the body says of the customer is set first; then the same saga runs as for an order's submit. */
function actionSubmitBasket(ports: Ports) {
  return async ({ basketId, customer }: ActionSubmitBasketRequest, call: Call): Promise<Basket> => {
    const { order } = await findOrder(call, basketId);
    const { actor, requestId, checkKey } = call;
    const prepare = namesSomebody(customer)
      ? (row: OrderRow, em: SqlEntityManager) => setBasketCustomer(row, customer, { ports, em, call })
      : undefined;
    await ports.submits.submit({ order, path: 'basket', skipRules: false, actor, requestId, checkKey, prepare });
    return call.transact(async ({ em }) => {
      const aggregate = await findOrder(call, basketId, em);
      return toBasket(aggregate, await zoneOf(em, aggregate.order));
    });
  };
}

/** What is chosen in a package is as good as its line. */
function lineIdOf({ items }: Aggregate, itemId: string): string {
  return items.find(({ id }) => id === itemId)?.packageLineId ?? itemId;
}

function namesSomebody(customer: CustomerDetails | null): customer is CustomerDetails {
  if (customer === null) return false;
  const { id, firstName, lastName, email, phone } = customer;
  return [id, firstName, lastName, email, phone].some((part) => part != null);
}
