import { reasonMessage } from '../solver/reason.ts';

/** Why a session can not be booked now, in the order a guest would ask. */
export type SessionReason =
  | 'time_passed'
  | 'not_yet_bookable'
  | 'no_longer_bookable'
  | 'members_only'
  | 'session_full'
  | 'guest_unavailable'
  | 'no_price';

const messages: Record<SessionReason, string> = {
  time_passed: 'This session has already begun.',
  not_yet_bookable: 'This session can not be booked yet. Please try again closer to the date.',
  no_longer_bookable: 'This session begins too soon to be booked.',
  members_only: 'This session is for members with a suitable membership.',
  session_full: 'There are not enough places left in this session.',
  guest_unavailable: reasonMessage('guest_unavailable'),
  no_price: 'This session can not be booked online. Please contact us.',
};

/** The sentence a guest reads. */
export function sessionMessage(reason: SessionReason): string {
  return messages[reason];
}

/** The sentence where a session that is full takes people on its waiting list. */
export const waitlistMessage = 'This session is full. You can join its waiting list.';

/** What decides whether a session takes more guests. */
export interface SessionQuestion {
  startsAtMs: number;
  capacity: number;
  /** Guests with confirmed or live held places, without the asking item's own. */
  guestsTaken: number;
  /** Distinct baskets among them, and how many the session takes; null is any number. */
  basketsTaken: number;
  basketsMax: number | null;
  guests: number;
  /** Whether others wait for the places that are free. */
  isQueued: boolean;
  /** Whether one of the guests who are known is somewhere else meanwhile. */
  isGuestElsewhere: boolean;
  nowMs: number;
  /** Whether it lies beyond how far ahead the guest may book, or within the notice they must give. */
  isTooEarly: boolean;
  isTooLate: boolean;
  isPermitted: boolean;
  hasPrice: boolean;
}

/** The places left, and the first reason why this many guests can not have any of them: then none are left for them. */
export function sessionState(question: SessionQuestion): { remainingCapacity: number; reason: SessionReason | null } {
  const isBasketFull = question.basketsMax !== null && question.basketsTaken >= question.basketsMax;
  const free = isBasketFull ? 0 : question.capacity - question.guestsTaken;
  const failures: [boolean, SessionReason][] = [
    [question.nowMs > question.startsAtMs, 'time_passed'],
    [question.isTooEarly, 'not_yet_bookable'],
    [question.isTooLate, 'no_longer_bookable'],
    [!question.isPermitted, 'members_only'],
    [question.guests > free || question.isQueued, 'session_full'],
    [question.isGuestElsewhere, 'guest_unavailable'],
    [!question.hasPrice, 'no_price'],
  ];
  const reason = failures.find(([fails]) => fails)?.[1] ?? null;
  return { remainingCapacity: reason === null ? free : 0, reason };
}
