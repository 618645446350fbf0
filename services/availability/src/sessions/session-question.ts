import { type Asker, bookingWindows, isPermitted } from '../solver/booking-window.ts';
import type { PriceRule } from '../solver/model.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import { bookingRules } from '../sites/site-model.ts';
import type { SessionRow } from './session.entity.ts';
import type { SeatsTaken } from './session.repository.ts';
import { sessionState, type SessionReason } from './session-state.ts';
import type { SessionTypeRow } from './session-type.entity.ts';

/** A session with all that decides about it. */
export interface SessionFacts {
  session: SessionRow;
  type: SessionTypeRow;
  priceRules: readonly PriceRule[];
  taken: SeatsTaken | undefined;
  zone: string;
  isGuestElsewhere?: boolean;
}

/** The places left in a session for a number of guests, its price, and the first reason against it. */
export function judgeSession(
  facts: SessionFacts,
  guests: number,
  asker: Asker,
): { remainingCapacity: number; reason: SessionReason | null; price: number | undefined } {
  const { session, type, priceRules, taken, zone } = facts;
  const startsAtMs = session.startTime.getTime();
  const rules = bookingRules(type);
  const price = priceAtStart(priceRules, startsAtMs, zone, null);
  const windows = bookingWindows(rules, asker, zone);
  const state = sessionState({
    startsAtMs,
    capacity: session.capacity,
    guestsTaken: taken?.guests ?? 0,
    basketsTaken: taken?.baskets ?? 0,
    basketsMax: session.maxBaskets ?? type.maxBasketsPerSession ?? null,
    guests,
    isQueued: taken !== undefined && taken.isQueued && guests > taken.own,
    isGuestElsewhere: facts.isGuestElsewhere ?? false,
    nowMs: asker.nowMs,
    isTooEarly: windows.every(({ latestMs }) => startsAtMs > latestMs),
    isTooLate: windows.every(({ earliestMs }) => startsAtMs < earliestMs),
    isPermitted: isPermitted(rules, asker),
    hasPrice: price !== undefined,
  });
  return { ...state, price };
}
