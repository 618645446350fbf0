import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { OrderNote } from '@lido/proto/lido/orders/parts/v1/note.ts';
import type { Payment } from '@lido/proto/lido/orders/v1/payment.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { OrderGuestRow } from '../guests/order-guest.entity.ts';
import { fullName } from '../guests/guest.ts';
import type { OrderNoteRow } from '../notes/order-note.entity.ts';
import type { OrderPaymentRow } from '../payments/order-payment.entity.ts';

/** Writes an instant with the offset of the order's site; null stays null. */
export function instantIn(zone: string, value: Date | null | undefined): string | null {
  return value ? formatInstant(value.getTime(), zone) : null;
}

/** A guest as clients see them. */
export function toGuest(row: OrderGuestRow, zone: string): Guest {
  return {
    id: row.id,
    name: fullName(row),
    firstName: row.firstName ?? null,
    lastName: row.lastName ?? null,
    isLeadBooker: row.isLeadBooker,
    customerId: row.customerId ?? null,
    intakeFormSubmissionId: row.intakeFormSubmissionId ?? null,
    intakeFormComplete: row.intakeFormComplete,
    intakeFormSubmittedAt: instantIn(zone, row.intakeFormSubmittedAt),
  };
}

/** The guests an item names, in the item's order; those removed since are left out. */
export function guestsOf(guestIds: readonly string[], guests: readonly OrderGuestRow[], zone: string): Guest[] {
  return guestIds.flatMap((id) => guests.filter((guest) => guest.id === id).map((guest) => toGuest(guest, zone)));
}

/** A payment as clients see it. */
export function toPayment(row: OrderPaymentRow, zone: string): Payment {
  return {
    id: row.id,
    processor: row.processor,
    captureMethod: row.captureMethod,
    amount: row.amountMinor,
    currency: row.currency,
    status: row.status,
    detailsSource: row.detailsSource ?? null,
    processorData: row.processorData,
    failureReason: row.failureReason ?? null,
    paidAt: instantIn(zone, row.paidAt),
    createdAt: formatInstant(row.createdAt.getTime(), zone),
    refundableAmount: row.status === 'PAYMENT_STATUS_PAID' ? row.amountMinor : 0,
  };
}

/** A note as staff see it. */
export function toNote(row: OrderNoteRow, zone: string): OrderNote {
  return {
    id: row.id,
    orderId: row.orderId,
    content: row.content,
    createdBy: { id: row.authorId, name: row.authorName },
    createdById: row.authorId,
    createdAt: formatInstant(row.createdAt.getTime(), zone),
  };
}
