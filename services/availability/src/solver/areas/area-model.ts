import type { AreaBookingType, SlotQuery } from '../model.ts';

/** One question about one area booking type for the local dates `dateFrom` to `dateTo`, both included. */
export interface AreaQuery
  extends Pick<
    SlotQuery,
    | 'dateFrom'
    | 'dateTo'
    | 'nowMs'
    | 'guests'
    | 'guestIds'
    | 'excludeBookingIds'
    | 'excludeItemIds'
    | 'excludeOrderIds'
    | 'memberships'
  > {
  readonly areaBookingTypeId: string;
  /** All durations of the type when absent. */
  readonly durationMinutes?: number;
  /** The basket that asks: it may share an area with itself. */
  readonly orderId?: string;
  /** The areas asked for; all of the type's when absent. */
  readonly areaIds?: readonly string[];
}

/** The durations a type can be booked for, shortest first. */
export function durationsOf(
  type: Pick<AreaBookingType, 'minDurationMinutes' | 'maxDurationMinutes' | 'durationIntervalMinutes'>,
): number[] {
  const steps = Math.floor((type.maxDurationMinutes - type.minDurationMinutes) / type.durationIntervalMinutes);
  return Array.from({ length: steps + 1 }, (_, step) => type.minDurationMinutes + step * type.durationIntervalMinutes);
}
