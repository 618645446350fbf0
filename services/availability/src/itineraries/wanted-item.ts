import type { AddBasketItem } from '@lido/proto/lido/availability/v1/itinerary.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { bucketMs, localDay, minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { localDateOf, parseInstant, parseWallTime } from '@lido/runtime/time/zone.ts';
import { localDate } from '../shop/local-date.ts';

/** What a client wants of one item of a visit. */
export interface WantedItem {
  offeringType: string;
  offeringId: string;
  durationMinutes: number | null;
  /** Guests it is for, named ones included; undefined when the client says nothing about them. */
  quantity: number | undefined;
  guestIds: string[];
  practitionerIds: string[];
  roomId: string | null;
  /** The only areas that will do; any when empty. */
  areaIds: string[];
  sessionId: string | null;
  /** The only starts that will do: none named is any, a wall time that comes twice is two. */
  startsMs: number[] | undefined;
}

/** Reads an item as baskets read it: what stands at the top level goes before `item_configuration`. Errors are named by the item's fields. */
export function readWantedItem(
  item: AddBasketItem,
  { date, zone }: { date: string; zone: string },
  errors: FieldErrors,
): WantedItem {
  const configuration: Record<string, unknown> = item.itemConfiguration ?? {};
  const text = (name: string): string[] => {
    const value = configuration[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  };
  const list = (name: string): string[] => {
    const value = configuration[name];
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  };
  const first = (...lists: string[][]): string[] => [...new Set(lists.find((ids) => ids.length > 0))];
  const named = item.guests.flatMap(({ id }) => (id === '' ? [] : [id]));
  const own = [...item.guestIds, ...named, ...(item.guestId ? [item.guestId] : [])];
  const guestIds = first(own, list('guest_ids'), text('guest_id'));
  const people = guestIds.length + item.guests.length - named.length;
  const quantity = item.quantity == null && people === 0 ? undefined : Math.max(item.quantity ?? 0, people);
  if (item.date && localDate(item.date, zone) !== date)
    errors['date'] = [`The date must be that of the visit, ${date}.`];
  const startsMs = item.time ? startsAt(item.time, date, zone) : undefined;
  if (startsMs === 'unreadable')
    errors['time'] = ['The time must be a date-time with an offset, or a time such as 09:30.'];
  else if (startsMs === 'elsewhen') errors['time'] = [`The time must be on the date of the visit, ${date}.`];
  return {
    offeringType: item.offeringType ?? '',
    offeringId: item.offeringId ?? '',
    durationMinutes: item.duration ?? null,
    quantity,
    guestIds,
    practitionerIds: first(item.practitionerIds, list('practitioner_ids'), text('practitioner_id')),
    roomId: item.roomId || (text('room_id')[0] ?? null),
    areaIds: first(list('area_ids')),
    sessionId: item.sessionId || (text('session_id')[0] ?? null),
    startsMs: typeof startsMs === 'string' ? undefined : startsMs,
  };
}

function startsAt(time: string, date: string, zone: string): number[] | 'unreadable' | 'elsewhen' {
  const instant = parseInstant(time);
  if (instant !== undefined) return localDateOf(instant, zone) === date ? [instant] : 'elsewhen';
  const minute = parseWallTime(time);
  if (minute === undefined) return 'unreadable';
  const day = localDay(date, zone);
  return day.segments.flatMap(({ fromBucket, toBucket, wallMinute }) => {
    const isInside = wallMinute <= minute && minute < wallMinute + (toBucket - fromBucket) * minutesPerBucket;
    return isInside ? [(day.firstBucket + fromBucket) * bucketMs + (minute - wallMinute) * 60_000] : [];
  });
}
