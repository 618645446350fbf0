import type { BookableKind } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import type { Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import type { BookableCheckin, BookableCheckinChange } from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { idOfActor } from '@lido/runtime/tenancy/actor.ts';
import { formatUtcMs, parseInstant } from '@lido/runtime/time/zone.ts';
import type { BookableCheckinRow, BookableWord } from './bookable-checkin.entity.ts';

/** What can be changed of a check-in. */
export type CheckinTimes = Pick<BookableCheckinRow, 'startsAt' | 'endsAt' | 'checkIn' | 'checkOut' | 'type'>;

/** The stored word of a kind of bookable. */
export const bookableWords: Record<BookableKind, BookableWord | undefined> = {
  BOOKABLE_KIND_UNSPECIFIED: undefined,
  BOOKABLE_KIND_ROOM: 'room',
  BOOKABLE_KIND_AREA: 'area',
  BOOKABLE_KIND_SESSION: 'session',
};

/** A check-in as clients see it. */
export function toBookableCheckin(row: BookableCheckinRow): BookableCheckin {
  const orNull = (at: Date | null | undefined): string | null => (at ? formatUtcMs(at.getTime()) : null);
  return {
    id: row.id,
    startsAt: formatUtcMs(row.startsAt.getTime()),
    endsAt: formatUtcMs(row.endsAt.getTime()),
    objectType: 'BOOKABLE_OBJECT_TYPE_BOOKABLE',
    objectId: row.objectId,
    checkIn: orNull(row.checkIn),
    checkOut: orNull(row.checkOut),
    type: row.type ?? null,
    createdBy: idOfActor(row.createdBy),
    ownerId: row.ownerId ?? null,
    createdAt: formatUtcMs(row.createdAt.getTime()),
    updatedAt: formatUtcMs(row.updatedAt.getTime()),
  };
}

/** What a check-in is after the fields of a body that the mask names, by their names in the contract. */
export function changedTimes(
  current: CheckinTimes,
  change: BookableCheckinChange,
  mask: readonly string[],
): CheckinTimes {
  const carries = (name: string): boolean => mask.includes(name);
  return {
    startsAt: carries('starts_at') ? (instantOf(change.startsAt) ?? current.startsAt) : current.startsAt,
    endsAt: carries('ends_at') ? (instantOf(change.endsAt) ?? current.endsAt) : current.endsAt,
    checkIn: carries('check_in') ? instantOf(change.checkIn) : current.checkIn,
    checkOut: carries('check_out') ? instantOf(change.checkOut) : current.checkOut,
    type: carries('type') ? (change.type ?? null) : current.type,
  };
}

/** An instant that a request carries; null where it carries none. */
export function instantOf(text: string | null | undefined): Date | null {
  const epochMs = parseInstant(text ?? '');
  return epochMs === undefined ? null : new Date(epochMs);
}

/** What is wrong with the times of a check-in, by field. */
export function timeErrors({ startsAt, endsAt, checkIn, checkOut }: CheckinTimes): FieldErrors {
  return {
    ...(endsAt <= startsAt ? { ends_at: ['must be after starts_at'] } : {}),
    ...(checkOut && !checkIn ? { check_out: ['must not be set without check_in'] } : {}),
    ...(checkIn && checkOut && checkOut < checkIn ? { check_out: ['must not be before check_in'] } : {}),
  };
}

/** What fires once a change is saved, in this order. The first arrival and the first departure each count once, even when they are taken back. */
export function triggersOfChange(
  before: Pick<BookableCheckinRow, 'hasArrived' | 'hasLeft'>,
  after: CheckinTimes,
): Trigger[] {
  return [
    ...(after.checkIn && !before.hasArrived ? (['TRIGGER_CHECKIN_STARTED'] as const) : []),
    'TRIGGER_CHECKIN_UPDATED',
    ...(after.checkOut && !before.hasLeft ? (['TRIGGER_CHECKOUT_COMPLETED'] as const) : []),
  ];
}
