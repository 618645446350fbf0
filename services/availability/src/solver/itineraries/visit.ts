import type { AreaQuery } from '../areas/area-model.ts';
import type { Combination } from '../combinations.ts';
import type { Area, SlotQuery } from '../model.ts';

/** Several things to do at one site on one local date, by one guest or several. */
export interface Visit {
  readonly date: string;
  readonly items: readonly VisitItem[];
  /** `fixed`: every guest does their own items in the order of the list; items without a guest in common may be at the same time. */
  readonly order: 'fixed' | 'any';
  /** Minutes from the end of an item, without its buffer, to the start of the same guest's next one; a null maximum sets no limit. */
  readonly minGapMinutes: number;
  readonly maxGapMinutes: number | null;
}

export type VisitItem = AppointmentItem | AreaItem | ListedItem;

/** An appointment, at one of its bookable starts of the date. */
export interface AppointmentItem {
  readonly kind: 'appointment';
  /** Who takes part and can be at one place at a time only. Ids that hold no claims are good too. */
  readonly guestIds: readonly string[];
  /** The only starts that will do; absent means any. */
  readonly startsMs?: readonly number[];
  readonly query: Omit<SlotQuery, 'dateFrom' | 'dateTo' | 'guestIds'>;
}

/** A stay in one area, at one of its bookable starts of the date. */
export interface AreaItem extends Pick<AppointmentItem, 'guestIds' | 'startsMs'> {
  readonly kind: 'area';
  /** A visit is one basket, which shares an area with itself. */
  readonly query: Omit<AreaQuery, 'dateFrom' | 'dateTo' | 'guestIds' | 'orderId'> & {
    readonly durationMinutes: number;
  };
}

/** Something with starts and capacities that others work out, such as sessions. */
export interface ListedItem {
  readonly kind: 'listed';
  readonly guestIds: readonly string[];
  /** Places it takes, at least one for each guest named. */
  readonly guests: number;
  readonly starts: readonly ListedStart[];
}

/**
 * A start with the places left in what it is a start of. Listed starts that name one `placeId` share its places: while they overlap,
 * their guests together are at most the places of each.
 */
export interface ListedStart {
  readonly placeId: string;
  readonly places: number;
  readonly startMs: number;
  readonly endMs: number;
  /** For all guests of the item. */
  readonly amountMinor: number;
}

/** A visit that can be booked as it stands. */
export interface Itinerary {
  readonly startMs: number;
  readonly endMs: number;
  /** Time that guests spend between two of their items, summed over the guests. */
  readonly idleMinutes: number;
  readonly amountMinor: number;
  /** In the order of the visit's items. */
  readonly items: readonly ItineraryItem[];
}

export interface ItineraryItem {
  readonly startMs: number;
  readonly endMs: number;
  /** For all guests of the item. */
  readonly amountMinor: number;
  /** What delivers it: resources for an appointment, an area for a stay, the start that was given for anything else. */
  readonly delivery:
    | { readonly kind: 'appointment'; readonly combination: Combination }
    | { readonly kind: 'area'; readonly area: Area }
    | { readonly kind: 'listed'; readonly start: ListedStart };
}
