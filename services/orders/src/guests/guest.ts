import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';

/** What a guest list says of one guest, in the order it is kept. */
export interface GuestDetails {
  firstName: string | null;
  lastName: string | null;
  isLeadBooker: boolean;
  intakeFormSubmissionId: string | null;
  intakeFormComplete: boolean;
  intakeFormSubmittedAt: string | null;
}

export interface GuestChange extends GuestDetails {
  /** Null for a guest to be added. */
  id: string | null;
}

/**
 * The whole list as it shall be: guests without an id are new, those left out go. Exactly one becomes the lead booker:
 * the first one marked, else the one who was it and stays, else the first. An id the order does not have is refused.
 */
export function replaceGuests(
  given: readonly Guest[],
  current: readonly { id: string; isLeadBooker: boolean }[],
): GuestChange[] {
  const known = new Set(current.map(({ id }) => id));
  const errors: FieldErrors = {};
  const seen = new Set<string>();
  given.forEach(({ id }, index) => {
    if (id === '') return;
    if (!known.has(id)) errors[`guests.${index}.id`] = [`There is no guest ${id} in this order.`];
    else if (seen.has(id)) errors[`guests.${index}.id`] = [`The guest ${id} is listed twice.`];
    seen.add(id);
  });
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const formerLead = current.find(({ isLeadBooker }) => isLeadBooker)?.id;
  const marked = given.findIndex(({ isLeadBooker }) => isLeadBooker === true);
  const kept = given.findIndex(({ id }) => id !== '' && id === formerLead);
  const lead = marked >= 0 ? marked : Math.max(kept, 0);
  return given.map((guest, index) => ({
    id: guest.id === '' ? null : guest.id,
    ...guestDetails(guest),
    isLeadBooker: index === lead,
  }));
}

/** Reads a guest's own fields; a full name alone is taken apart at its first space. */
export function guestDetails(guest: Guest): GuestDetails {
  const [first, ...rest] = (guest.name ?? '').trim().split(/\s+/);
  const hasParts = guest.firstName != null || guest.lastName != null;
  return {
    firstName: hasParts ? (guest.firstName ?? null) : first || null,
    lastName: hasParts ? (guest.lastName ?? null) : rest.join(' ') || null,
    isLeadBooker: guest.isLeadBooker ?? false,
    intakeFormSubmissionId: guest.intakeFormSubmissionId ?? null,
    intakeFormComplete: guest.intakeFormComplete ?? false,
    intakeFormSubmittedAt: guest.intakeFormSubmittedAt ?? null,
  };
}

/** A guest with the fields that a change carries; a full name alone replaces both of its parts. */
export function changedGuest(current: Guest, given: Guest, mask: readonly string[]): GuestDetails {
  const has = (name: string): boolean => mask.includes(name);
  const isRenamedWhole = has('name') && !has('first_name') && !has('last_name');
  const named = isRenamedWhole ? guestDetails({ id: '', name: given.name }) : given;
  return guestDetails({
    id: current.id,
    firstName: isRenamedWhole || has('first_name') ? named.firstName : current.firstName,
    lastName: isRenamedWhole || has('last_name') ? named.lastName : current.lastName,
    isLeadBooker: has('is_lead_booker') ? given.isLeadBooker : current.isLeadBooker,
    intakeFormSubmissionId: has('intake_form_submission_id')
      ? given.intakeFormSubmissionId
      : current.intakeFormSubmissionId,
    intakeFormComplete: has('intake_form_complete') ? given.intakeFormComplete : current.intakeFormComplete,
    intakeFormSubmittedAt: has('intake_form_submitted_at')
      ? given.intakeFormSubmittedAt
      : current.intakeFormSubmittedAt,
  });
}

/** First and last name in one, null where neither is known. */
export function fullName({
  firstName,
  lastName,
}: {
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
}): string | null {
  return [firstName, lastName].filter((part) => part != null && part !== '').join(' ') || null;
}
