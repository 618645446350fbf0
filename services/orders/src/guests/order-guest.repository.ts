import type { RequiredEntityData } from '@mikro-orm/core';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { newColumns, type Writer } from '../orders/order.repository.ts';
import type { GuestDetails } from './guest.ts';
import { OrderGuestEntity, type OrderGuestRow } from './order-guest.entity.ts';

/** Adds a guest at the end of an order's list; the first one is the lead booker, later ones only by a change of the list. */
export function createGuest(aggregate: Aggregate, id: string, details: GuestDetails, writer: Writer): OrderGuestRow {
  const { order, guests } = aggregate;
  const row = writer.em.create(OrderGuestEntity, {
    ...newColumns(id, order.organisationId, writer),
    ...guestColumns(details),
    orderId: order.id,
    position: (guests.at(-1)?.position ?? 0) + 1,
    isLeadBooker: guests.length === 0,
  } as unknown as RequiredEntityData<OrderGuestRow>);
  guests.push(row);
  return row;
}

/** The columns a guest's own fields fill. */
export function guestColumns(details: GuestDetails) {
  const submittedMs = parseInstant(details.intakeFormSubmittedAt ?? '');
  return {
    firstName: details.firstName,
    lastName: details.lastName,
    isLeadBooker: details.isLeadBooker,
    intakeFormSubmissionId: details.intakeFormSubmissionId,
    intakeFormComplete: details.intakeFormComplete,
    intakeFormSubmittedAt: submittedMs === undefined ? null : new Date(submittedMs),
  };
}
