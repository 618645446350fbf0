import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { OrderLabel } from '@lido/proto/lido/orders/parts/v1/label.ts';
import type { OrderStage, OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import type { OrderCard } from './order-card.ts';

/** What every booking shows of its order. An order that has not been heard of yet shows nothing. */
export interface BookedOrder {
  orderRef: string | null;
  orderStatus: OrderStatus;
  stage: OrderStage;
  orderLabels: OrderLabel[];
  orderIsLocked: boolean;
  orderLockedAt: string | null;
  orderSubmittedAt: string | null;
  customerId: string | null;
  firstName: string | null;
  lastName: string | null;
  fullName: string | null;
  email: string | null;
  phone: string | null;
  hasNotes: boolean;
  hasSpecialRequests: boolean;
  hasOutstandingBalance: boolean;
}

/** The order's side of a booking. */
export function bookedOrder(card: OrderCard | undefined): BookedOrder {
  if (!card) return unheardOf;
  return {
    orderRef: card.orderRef,
    orderStatus: card.status,
    stage: card.stage,
    orderLabels: card.labelIds.map((id) => ({ id, name: null, color: null, orderId: card.orderId })),
    orderIsLocked: card.isLocked,
    orderLockedAt: card.lockedAt,
    orderSubmittedAt: card.submittedAt,
    customerId: card.customer?.id ?? null,
    firstName: card.firstName,
    lastName: card.lastName,
    fullName: card.fullName,
    email: card.email,
    phone: card.phone,
    hasNotes: card.notes.length > 0,
    hasSpecialRequests: Boolean(card.specialRequests),
    hasOutstandingBalance: card.paymentTotals.unpaid > 0,
  };
}

/** The guests of one item, in the item's order. */
export function guestsOfItem(card: OrderCard | undefined, itemId: string): Guest[] {
  const item = card?.items.find(({ id }) => id === itemId);
  return (item?.guestIds ?? []).flatMap((id) => card?.guests.filter((guest) => guest.id === id) ?? []);
}

const unheardOf: BookedOrder = {
  orderRef: null,
  orderStatus: 'ORDER_STATUS_UNSPECIFIED',
  stage: 'ORDER_STAGE_UNSPECIFIED',
  orderLabels: [],
  orderIsLocked: false,
  orderLockedAt: null,
  orderSubmittedAt: null,
  ...{ customerId: null, firstName: null, lastName: null, fullName: null, email: null, phone: null },
  hasNotes: false,
  hasSpecialRequests: false,
  hasOutstandingBalance: false,
};
