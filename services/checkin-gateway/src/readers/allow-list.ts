import { addDays, formatUtcMs, localDateOf, startOfDay } from '@lido/runtime/time/zone.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { decide } from '../visits/decide.ts';
import type { DecisionInput, DoorSite, HeldMembership, Holder } from '../visits/decision.ts';
import { openWindows, type Window } from '../visits/opening-hours.ts';
import { type MediumKind, writtenFor } from '../visits/media.ts';
import type { VisitPolicy } from '../visits/policy.ts';

/** Somebody who may be entitled, with one of their media in the one form it is kept in. */
export interface Candidate {
  readonly kind: Extract<MediumKind, 'rfid_uid' | 'barcode'>;
  readonly value: string;
  readonly holder: Pick<Holder, 'customerId' | 'memberships' | 'bookings'>;
  /** Whether nothing but the rules keeps them out: neither a ban nor a blocked medium. */
  readonly mayEnter: boolean;
  /** When the visit ends that they are inside with; undefined where the door does not let out. */
  readonly insideUntilMs: number | undefined;
}

export interface AllowListInput {
  readonly device: Pick<DeviceRow, 'id' | 'siteId' | 'direction' | 'mediumFormat' | 'uidBytes'>;
  readonly site: DoorSite;
  readonly policy: VisitPolicy;
  readonly nowMs: number;
  /** Until when the facts were complete that the list is made of, where they are no longer fresh. */
  readonly asOfMs: number | undefined;
}

/** A medium that a reader may let in by itself between two instants. */
export interface Entry {
  readonly kind: MediumKind;
  readonly medium: string;
  readonly valid_from: string;
  readonly expires_at: string;
}

/** For how long a list counts; whoever is refused after it was made is let in no longer than this. */
export const allowListHours = 24;

const hourMs = 3_600_000;

/** Whether a device lets through whoever comes: nobody is held inside. */
export function isOpenForAll({ direction }: Pick<DeviceRow, 'direction'>): boolean {
  return direction === 'DEVICE_DIRECTION_OUT';
}

/** The text of a device's list of these entries. */
export function allowListPayload(entries: readonly Entry[], input: AllowListInput): string {
  const { device, nowMs, asOfMs } = input;
  return JSON.stringify({
    device_id: device.id,
    site_id: device.siteId,
    format: device.mediumFormat.slice('MEDIUM_FORMAT_'.length),
    uid_bytes: device.uidBytes,
    issued_at: formatUtcMs(nowMs),
    as_of: asOfMs === undefined ? null : formatUtcMs(asOfMs),
    expires_at: formatUtcMs(endOf(input)),
    open_for_all: isOpenForAll(device),
    entries,
  });
}

/** The instant at which a list made now ends, in epoch milliseconds. */
export function endOf({ nowMs }: Pick<AllowListInput, 'nowMs'>): number {
  return nowMs + allowListHours * hourMs;
}

/** Tells of each candidate when they are let through within the next day, with the medium as the device writes it. */
export function entriesUnder(input: AllowListInput): (candidate: Candidate) => Entry[] {
  const { mediumFormat: format, uidBytes } = input.device;
  const open = openWindows(input.site, { fromMs: input.nowMs, toMs: endOf(input) });
  return ({ kind, value, ...candidate }) => {
    const medium = kind === 'rfid_uid' ? writtenFor(value, { format, uidBytes }) : value;
    if (medium === undefined) return [];
    return windowsOf(candidate, open, input).map(({ fromMs, toMs }) => ({
      kind,
      medium,
      valid_from: formatUtcMs(fromMs),
      expires_at: formatUtcMs(toMs),
    }));
  };
}

/** When somebody is let through. One window is enough where it covers all of the list's time. */
function windowsOf(
  { holder: { customerId, memberships, bookings }, mayEnter, insideUntilMs }: Omit<Candidate, 'kind' | 'value'>,
  open: readonly Window[],
  input: AllowListInput,
): Window[] {
  const { site, policy, nowMs } = input;
  const inside = insideUntilMs === undefined ? [] : [{ fromMs: nowMs, toMs: Math.min(insideUntilMs, endOf(input)) }];
  if (!mayEnter) return inside;
  if (policy.staffCustomerIds.includes(customerId)) return [{ fromMs: nowMs, toMs: endOf(input) }];
  const byMembership = memberships.flatMap((membership) => {
    const counts = timeOf(membership, input);
    const windows = open
      .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, counts.fromMs), toMs: Math.min(toMs, counts.toMs) }))
      .filter(({ fromMs, toMs }) => fromMs < toMs);
    const holder = { customerId, memberships: [membership], bookings: [] };
    return windows[0] && letsIn(holder, windows[0].fromMs, input) ? windows : [];
  });
  const early = policy.bookingEarlyMinutes * 60_000;
  const byBooking = bookings
    .filter(({ siteId }) => siteId === site.id)
    .map(({ startMs, endMs }) => ({ fromMs: Math.max(nowMs, startMs - early), toMs: Math.min(endMs, endOf(input)) }));
  const windows = [...inside, ...byMembership, ...byBooking].filter(({ fromMs, toMs }) => fromMs < toMs);
  const whole = windows.find(({ fromMs, toMs }) => fromMs === nowMs && toMs === endOf(input));
  return whole ? [whole] : windows;
}

/** The part of the list's time within a membership's dates. The calendar is asked only for dates that begin or end within it. */
function timeOf({ startDate, endDate }: HeldMembership, input: AllowListInput): Window {
  const { zone } = input.site;
  const [fromMs, toMs] = [input.nowMs, endOf(input)];
  const [first, last] = [localDateOf(fromMs, zone), localDateOf(toMs, zone)];
  if (startDate > last || (endDate !== null && endDate < first)) return { fromMs, toMs: fromMs };
  return {
    fromMs: startDate <= first ? fromMs : startOfDay(startDate, zone),
    toMs: endDate === null || endDate >= last ? toMs : startOfDay(addDays(endDate, 1), zone),
  };
}

/** Whether the rules let somebody in at an instant at which the site is open, as far as they depend on nothing that a visit changes. */
function letsIn(held: Candidate['holder'], nowMs: number, { site: closing, policy }: AllowListInput): boolean {
  const site: DoorSite = { ...closing, openingHours: [], openingExceptions: [] };
  const holder: Holder = {
    ...{ isBlocked: false, admission: 'by_rules', openVisit: undefined, lastCheckedOutMs: undefined },
    ...held,
  };
  const input: DecisionInput = {
    ...{ nowMs, policy, site, holder, isDeviceAllowed: true, isReadable: true, direction: 'DEVICE_DIRECTION_IN' },
    ...{ zone: null, placesLeft: { site: null, zone: null }, previous: undefined, mediumState: 'active' },
  };
  return decide(input).outcome === 'granted';
}
