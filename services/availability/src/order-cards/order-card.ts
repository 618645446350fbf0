import type { CustomerLabel } from '@lido/proto/lido/customers/v1/customer.ts';
import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { OrderNote } from '@lido/proto/lido/orders/parts/v1/note.ts';
import type { PaymentTotals } from '@lido/proto/lido/orders/parts/v1/payment_totals.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type {
  BookingOrderItem,
  OrderItemStatus,
  PackageItem,
  PackageOrderItem,
} from '@lido/proto/lido/orders/v1/order_item.ts';
import type { OrderStage, OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';

/** What calendar and lists show of the order behind a booking. Instants are text with the site's offset. */
export interface OrderCard {
  orderId: string;
  organisationId: string;
  siteId: string;
  orderRef: string;
  status: OrderStatus;
  stage: OrderStage;
  /** Null for an order that belongs to no customer. */
  customer: CardCustomer | null;
  /** The contact details of the order itself. */
  firstName: string | null;
  lastName: string | null;
  fullName: string | null;
  email: string | null;
  phone: string | null;
  labelIds: string[];
  /** Newest first. */
  notes: OrderNote[];
  guests: Guest[];
  items: CardItem[];
  currency: string;
  paymentTotals: PaymentTotals;
  specialRequests: string | null;
  isLocked: boolean;
  lockedAt: string | null;
  submittedAt: string | null;
  externalRef: string | null;
}

/** The customer an order belongs to; what they are called now, not when they booked. */
export interface CardCustomer {
  id: string;
  firstName: string | null;
  lastName: string | null;
  fullName: string | null;
  email: string | null;
  phone: string | null;
  labels: CustomerLabel[];
}

/** An item of the order; its booking has the same id. Money is in the smallest unit of the card's currency. */
export interface CardItem {
  id: string;
  status: OrderItemStatus;
  productCode: string | null;
  /** The package it was booked with. */
  packageId: string | null;
  quantity: number;
  /** Ids of the card's guests. */
  guestIds: string[];
  price: number;
  discountAmount: number;
  totalCost: number;
  netTotal: number;
}

/** An order's card as it is kept: the customer is known by id only, their details are kept apart. */
export type KeptCard = Omit<OrderCard, 'customer'> & { customerId: string | null };

/** The card of an order or a basket. */
export function cardOf(order: Order): KeptCard {
  return {
    orderId: order.id,
    organisationId: order.organisationId,
    siteId: order.siteId,
    orderRef: order.orderRef,
    status: order.status,
    stage: order.stage,
    customerId: order.customerId ?? null,
    firstName: order.firstName ?? null,
    lastName: order.lastName ?? null,
    fullName: fullNameOf(order),
    email: order.email ?? null,
    phone: order.phone ?? null,
    labelIds: order.labelIds,
    notes: order.orderNotes,
    guests: order.guests,
    items: [...order.bookingItems.map(bookedAlone), ...order.packageItems.flatMap(bookedTogether)],
    currency: order.currency,
    paymentTotals: order.paymentTotals ?? nothingPaid,
    specialRequests: order.specialRequests ?? null,
    isLocked: order.isLocked,
    lockedAt: order.lockedAt ?? null,
    submittedAt: order.submittedAt ?? null,
    externalRef: order.externalRef ?? null,
  };
}

/** A kept card with its customer; one who is not known yet, or not any more, has no more than an id. */
export function withCustomer({ customerId, ...card }: KeptCard, known: CardCustomer | null): OrderCard {
  return { ...card, customer: customerId === null ? null : (known ?? { ...nobody, id: customerId }) };
}

function bookedAlone(item: BookingOrderItem): CardItem {
  return {
    ...partsOf(item),
    packageId: null,
    price: item.price,
    discountAmount: item.discountAmount,
  };
}

/** What is chosen in a package has no price of its own, but a part of the package's. */
function bookedTogether({ typeId, packageItems }: PackageOrderItem): CardItem[] {
  return packageItems.map((item) => ({
    ...partsOf(item),
    packageId: typeId,
    price: item.totalCost,
    discountAmount: 0,
  }));
}

function partsOf(item: BookingOrderItem | PackageItem): Omit<CardItem, 'packageId' | 'price' | 'discountAmount'> {
  return {
    id: item.id,
    status: item.status,
    productCode: item.typeProductCode ?? null,
    quantity: item.quantity,
    guestIds: item.guests.map(({ id }) => id),
    totalCost: item.totalCost,
    netTotal: item.netTotal,
  };
}

/** First and last name as one text; null when there is neither. */
function fullNameOf({ firstName, lastName }: Pick<Order, 'firstName' | 'lastName'>): string | null {
  return [firstName, lastName].filter((part) => part != null && part !== '').join(' ') || null;
}

const nobody = { firstName: null, lastName: null, fullName: null, email: null, phone: null, labels: [] };

const nothingPaid: PaymentTotals = { paid: 0, pending: 0, chargeable: 0, provided: 0, missing: 0, unpaid: 0 };
