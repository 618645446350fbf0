import type {
  BlockedTimeDetails,
  CalendarEventStatus,
  CalendarEventType,
  CalendarView,
} from '@lido/proto/lido/availability/v1/calendar.ts';
import type { NamedResource } from '@lido/proto/lido/availability/v1/booking_summary.ts';
import type { Booking } from '../bookings/booking.ts';
import type { OrderCard } from '../order-cards/order-card.ts';
import { countGuests, guestsPerHour, type Visit } from './guests-present.ts';
import { type Lane, layOut, type Span } from './lanes.ts';

/** A booking with the card of its order, which is absent until it has been heard of. */
export interface BookedEvent {
  readonly booking: Booking;
  readonly card: OrderCard | undefined;
}

/** Something of a day, whatever it is; resources by the kind of column they have. */
export interface DayEvent extends Span {
  readonly id: string;
  readonly type: CalendarEventType;
  readonly status: CalendarEventStatus;
  readonly reservedUntilMs: number | null;
  readonly bufferMinutes: number;
  readonly offering: { readonly id: string; readonly name: string; readonly productCode: string | null } | null;
  readonly bookings: readonly BookedEvent[];
  readonly practitioners: readonly NamedResource[];
  readonly rooms: readonly NamedResource[];
  readonly areas: readonly NamedResource[];
  readonly session: { readonly capacity: number; readonly waitlistEnabled: boolean } | null;
  readonly blocked: BlockedTimeDetails | null;
}

/** One appearance of an event in a calendar: in one column, or in the only one of a calendar without a view. */
export interface PlacedEvent {
  readonly event: DayEvent;
  readonly key: string;
  readonly resourceId: string | null;
  readonly lane: Lane;
}

/** The day's events in the columns of a view, each beside those that overlap with it there. */
export function placeEvents(events: readonly DayEvent[], view: CalendarView): PlacedEvent[] {
  const sorted = [...events].sort((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs || (a.id < b.id ? -1 : 1));
  const columns = new Map<string | null, DayEvent[]>();
  for (const event of sorted) {
    for (const id of columnsOf(event, view)) columns.set(id, [...(columns.get(id) ?? []), event]);
  }
  const lanesOf = new Map([...columns].map(([id, column]) => [id, layOut(column)]));
  return sorted.flatMap((event) =>
    columnsOf(event, view).map((resourceId) => ({
      event,
      key: resourceId === null ? event.id : `${event.id}_${resourceId}`,
      resourceId,
      lane: lanesOf.get(resourceId)?.get(event) ?? { numOverlaps: 0, overlapOrder: 0 },
    })),
  );
}

/** The ids of an event's columns; the only column of a calendar without a view is null. */
function columnsOf(event: DayEvent, view: CalendarView): (string | null)[] {
  switch (view) {
    case 'CALENDAR_VIEW_UNSPECIFIED':
      return [null];
    case 'CALENDAR_VIEW_AREA':
      return event.areas.map(({ id }) => id);
    case 'CALENDAR_VIEW_PRACTITIONER':
      return event.practitioners.map(({ id }) => id);
    case 'CALENDAR_VIEW_ROOM':
      return event.rooms.map(({ id }) => id);
  }
}

/** Whether one of the wanted `type` or `type..key` means this; nothing wanted means all. */
export function isWanted({ event, key }: PlacedEvent, wanted: readonly string[], typeText: string): boolean {
  if (wanted.length === 0) return true;
  return [typeText, `${typeText}..${key}`, `${typeText}..${event.id}`].some((text) => wanted.includes(text));
}

/** How many guests a day has, in all, in the view and by the hour; those of baskets do not count. */
export function occupancyOf(
  events: readonly DayEvent[],
  { view, isInZone }: { view: CalendarView; isInZone: (event: DayEvent) => boolean },
  day: Span & { zone: string },
) {
  const visitsOf = (some: readonly DayEvent[]): Visit[] => some.flatMap(({ bookings }) => bookings.flatMap(visitOf));
  const all = visitsOf(events);
  return {
    occupancyPerDay: countGuests(all),
    occupancyForView: countGuests(
      visitsOf(events.filter((event) => isInZone(event) && columnsOf(event, view).length > 0)),
    ),
    occupancyPerHour: guestsPerHour(all, day),
  };
}

function visitOf({ booking, card }: BookedEvent): Visit[] {
  if (booking.status === 'held' || booking.status === 'waiting') return [];
  const guestIds = guestIdsOf({ booking, card });
  return [{ fromMs: booking.startsAtMs, toMs: booking.endsAtMs, guestIds, guests: booking.guests }];
}

/** Who a booking is for, as the order says, or as it was asked for until that is heard. */
export function guestIdsOf({ booking, card }: BookedEvent): readonly string[] {
  return card?.items.find(({ id }) => id === booking.itemId)?.guestIds ?? booking.request.guestIds;
}
