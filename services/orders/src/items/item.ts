import { Temporal } from 'temporal-polyfill';
import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import { dateOf, localDateOf, parseInstant, parseWallTime } from '@lido/runtime/time/zone.ts';

/** What an item asks of availability. Empty lists and nulls leave the choice to availability. */
export interface WantedItem {
  offeringType: string;
  offeringId: string;
  /** Null where the session says when. */
  startMs: number | null;
  /** Null takes the offering's own. */
  durationMinutes: number | null;
  /** Guests it is for, named ones included. */
  quantity: number;
  guestIds: string[];
  practitionerIds: string[];
  roomId: string | null;
  sessionId: string | null;
  itemConfiguration: Record<string, unknown>;
  /** The line of the package it is chosen in, with the choice and the option; null for what is sold by itself. */
  inPackage: { lineId: string; choiceId: string; optionId: string } | null;
}

/** What the line of a package asks for. */
export type WantedPackage = Pick<WantedItem, 'offeringId' | 'quantity' | 'guestIds' | 'itemConfiguration'> & {
  /** The local day it begins on as long as nothing is chosen in it. */
  date: string;
};

export interface ItemContext<Current = WantedItem> {
  /** The site's time zone, for times sent without an offset. */
  zone: string;
  /** The order's guests. */
  guestIds: readonly string[];
  /** The item as it stands, when it is changed. */
  current?: Current | undefined;
  /** Contract names of the fields a change carries; absent when the item is new. */
  mask?: readonly string[];
}

/** What a request without a body asks for: nothing. */
export const emptyItem: OrderItemInput = { guests: [], guestIds: [], practitionerIds: [], itemConfiguration: null };

/** The item types that take time by themselves. */
const bookableTypes = ['appointment', 'session', 'area_booking'] as const;

/**
 * Reads what a request wants of an item: the fields it carries, at the top level before `item_configuration`, and what
 * the item has for the rest. Guests sent without an id are answered apart; they count and still have to be added.
 */
export function readItem(input: OrderItemInput, context: ItemContext): { wanted: WantedItem; newGuests: Guest[] } {
  const { current } = context;
  const given = carriedFields(input, context.mask);
  const errors: FieldErrors = {};
  const offeringType = given.offeringType ?? current?.offeringType ?? '';
  if (!bookableTypes.some((type) => type === offeringType)) {
    const types = current ? bookableTypes : [...bookableTypes, 'package'];
    errors.offering_type = [`The offering type must be one of: ${types.join(', ')}.`];
  }
  const sold = readSold(given, context, errors);
  const isMoved = given.time != null || given.date != null;
  // A session and its start belong together: naming one anew lets go of the other.
  const sessionId = pick(given.sessionId, isMoved ? null : current?.sessionId);
  const start: Start = given.sessionId != null && !isMoved ? { startMs: null } : readStart(given, context);
  if (start.error !== undefined) errors[start.error.field] = [start.error.sentence];
  if (start.startMs === null && start.error === undefined && sessionId === null)
    errors.time = ['The time is required.'];
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const wanted: WantedItem = {
    ...sold,
    offeringType,
    startMs: start.startMs,
    durationMinutes: pick(given.duration, sold.offeringId === current?.offeringId ? current.durationMinutes : null),
    practitionerIds: given.practitionerIds ?? current?.practitionerIds ?? [],
    roomId: pick(given.roomId, current?.roomId),
    sessionId,
    inPackage: current?.inPackage ?? null,
  };
  return { wanted, newGuests: given.newGuests };
}

/** Reads what a request wants of the line of a package in the same way. */
export function readPackage(
  input: OrderItemInput,
  context: ItemContext<WantedPackage>,
): { wanted: WantedPackage; newGuests: Guest[] } {
  const given = carriedFields(input, context.mask);
  const errors: FieldErrors = {};
  if ((given.offeringType ?? 'package') !== 'package')
    errors.offering_type = ['A package stays one: please remove it and add something else.'];
  const { duration, practitionerIds, roomId, sessionId } = given;
  const ofChosen = { duration, practitioner_ids: practitionerIds?.length, room_id: roomId, session_id: sessionId };
  for (const [field, value] of Object.entries(ofChosen)) {
    if (value) errors[field] = ['A package has none by itself. Please say it of what is chosen in the package.'];
  }
  const sold = readSold(given, context, errors);
  const startMs = parseInstant(given.time ?? '');
  const named = startMs === undefined ? dateOf(given.date ?? '') : localDateOf(startMs, context.zone);
  const date = named ?? (given.date == null && given.time == null ? context.current?.date : undefined);
  if (date === undefined) errors.date = ['The date must be a calendar date: the day the package begins on.'];
  if (date === undefined || Object.keys(errors).length > 0) throw invalid(errors);
  return { wanted: { ...sold, date }, newGuests: given.newGuests };
}

type Sold = Pick<WantedItem, 'offeringId' | 'quantity' | 'guestIds' | 'itemConfiguration'>;

/** What is sold to whom, of whatever kind; notes what is wrong with it. */
function readSold(given: CarriedFields, { guestIds: known, current }: ItemContext<Sold>, errors: FieldErrors): Sold {
  const offeringId = given.offeringId ?? current?.offeringId ?? '';
  if (offeringId === '') errors.offering_id = ['The offering id is required.'];
  const guestIds = given.guestIds ?? current?.guestIds ?? [];
  const unknown = guestIds.filter((id) => !known.includes(id));
  if (unknown.length > 0) errors.guests = unknown.map((id) => `There is no guest ${id} in this order.`);
  const named = guestIds.length + given.newGuests.length;
  const kept = given.guestIds === undefined && given.newGuests.length === 0 ? (current?.quantity ?? 1) : 1;
  return {
    offeringId,
    quantity: Math.max(given.quantity ?? kept, named, 1),
    guestIds: [...new Set(guestIds)],
    itemConfiguration: given.itemConfiguration ?? current?.itemConfiguration ?? {},
  };
}

/** The fields a request carries: undefined where it says nothing, null where it clears. */
interface CarriedFields {
  offeringType: string | null | undefined;
  offeringId: string | null | undefined;
  time: string | null | undefined;
  date: string | null | undefined;
  duration: number | null | undefined;
  quantity: number | null | undefined;
  guestIds: string[] | undefined;
  newGuests: Guest[];
  practitionerIds: string[] | undefined;
  roomId: string | null | undefined;
  sessionId: string | null | undefined;
  itemConfiguration: Record<string, unknown> | undefined;
}

function carriedFields(input: OrderItemInput, mask: readonly string[] | undefined): CarriedFields {
  const has = (name: string): boolean => mask?.includes(name) ?? false;
  const scalar = <T>(name: string, value: T | null | undefined): T | null | undefined =>
    value ?? (has(name) ? null : undefined);
  const configuration = input.itemConfiguration ?? {};
  const list = (name: string, values: readonly string[]): string[] | undefined => {
    if (values.length > 0 || has(name)) return [...values];
    return configuredIds(configuration, name);
  };
  const text = (name: string): string | undefined => {
    const configured = configuration[name];
    return typeof configured === 'string' && configured !== '' ? configured : undefined;
  };
  const namedGuests = input.guests.flatMap(({ id }) => (id === '' ? [] : [id]));
  const guestIds = [...input.guestIds, ...namedGuests, ...(input.guestId ? [input.guestId] : [])];
  const practitioner = text('practitioner_id');
  return {
    offeringType: scalar('offering_type', input.offeringType),
    offeringId: scalar('offering_id', input.offeringId),
    time: scalar('time', input.time),
    date: scalar('date', input.date),
    duration: scalar('duration', input.duration),
    quantity: scalar('quantity', input.quantity),
    guestIds: list('guest_ids', guestIds) ?? (has('guests') || has('guest_id') ? [] : undefined),
    newGuests: input.guests.filter(({ id }) => id === ''),
    practitionerIds:
      list('practitioner_ids', input.practitionerIds) ?? (practitioner === undefined ? undefined : [practitioner]),
    roomId: scalar('room_id', input.roomId) ?? text('room_id') ?? (has('room_id') ? null : undefined),
    sessionId: scalar('session_id', input.sessionId) ?? text('session_id') ?? (has('session_id') ? null : undefined),
    itemConfiguration: input.itemConfiguration ?? (has('item_configuration') ? {} : undefined),
  };
}

/** A list of ids that `item_configuration` carries; undefined when it carries none of this name. */
export function configuredIds(configuration: Record<string, unknown>, name: string): string[] | undefined {
  const configured = configuration[name];
  return Array.isArray(configured) ? configured.filter((value) => typeof value === 'string') : undefined;
}

interface Start {
  startMs: number | null;
  error?: { field: 'time' | 'date'; sentence: string };
}

/** `time` may be a whole instant, or a wall time of `date`; a new `date` alone keeps the item's wall time. */
function readStart(given: CarriedFields, { zone, current }: ItemContext): Start {
  const currentMs = current?.startMs ?? null;
  if (given.time == null && given.date == null) return { startMs: given.time === null ? null : currentMs };
  const instant = parseInstant(given.time ?? '');
  if (instant !== undefined) return { startMs: instant };
  const wallTime = given.time ?? (currentMs === null ? null : wallTimeOf(currentMs, zone));
  if (wallTime === null) return { startMs: null };
  const date = given.date != null ? dateOf(given.date) : currentMs === null ? undefined : localDateOf(currentMs, zone);
  if (date === undefined)
    return {
      startMs: null,
      error: { field: 'date', sentence: 'The date must be a calendar date, because the time names no day.' },
    };
  if (parseWallTime(wallTime) === undefined) return { startMs: null, error: { field: 'time', sentence: timeSentence } };
  return atWallTime(date, wallTime, zone);
}

const timeSentence = 'The time must be a date-time with an offset, or a time such as 09:30 beside a date.';

function atWallTime(date: string, wallTime: string, zone: string): Start {
  try {
    const start = Temporal.PlainDateTime.from(`${date}T${wallTime}`).toZonedDateTime(zone, {
      disambiguation: 'reject',
    });
    return { startMs: start.epochMilliseconds };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const sentence = `On ${date} the clocks change at ${wallTime}: send the time with its offset.`;
    return { startMs: null, error: { field: 'time', sentence } };
  }
}

function wallTimeOf(epochMs: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' });
}

/** A carried value, null included, else the current one. */
function pick<T>(carried: T | null | undefined, current: T | null | undefined): T | null {
  return carried === undefined ? (current ?? null) : carried;
}
