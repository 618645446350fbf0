import { addDays, formatUtcMs, startOfDay } from '@lido/runtime/time/zone.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { decide } from '../visits/decide.ts';
import type { DecisionInput, DoorSite, Holder } from '../visits/decision.ts';
import { openWindows, type Window } from '../visits/opening-hours.ts';
import { type MediumKind, writtenFor } from '../visits/media.ts';
import type { VisitPolicy } from '../visits/policy.ts';

/** Somebody who may be entitled, with one of their media in the one form it is kept in. */
export interface Candidate {
  readonly kind: Extract<MediumKind, 'rfid_uid' | 'barcode'>;
  readonly value: string;
  readonly holder: Pick<Holder, 'customerId' | 'memberships' | 'bookings'>;
}

export interface AllowListInput {
  readonly device: Pick<DeviceRow, 'id' | 'siteId' | 'mediumFormat' | 'uidBytes'>;
  readonly site: DoorSite;
  readonly policy: VisitPolicy;
  readonly nowMs: number;
}

/** A medium that a reader may let in by itself between two instants. */
interface Entry {
  readonly kind: MediumKind;
  readonly medium: string;
  readonly valid_from: string;
  readonly expires_at: string;
}

/** For how long a list counts; whoever is refused after it was made is let in no longer than this. */
export const allowListHours = 24;

const hourMs = 3_600_000;

/** The text of a device's list: who may come in within the next day, each medium as the device writes it. */
export function allowListPayload(candidates: readonly Candidate[], input: AllowListInput): string {
  const { device, nowMs } = input;
  return JSON.stringify({
    device_id: device.id,
    site_id: device.siteId,
    format: device.mediumFormat.slice('MEDIUM_FORMAT_'.length),
    uid_bytes: device.uidBytes,
    issued_at: formatUtcMs(nowMs),
    expires_at: formatUtcMs(endOf(input)),
    entries: candidates.flatMap((candidate) => entriesOf(candidate, input)),
  });
}

/** The instant at which a list made now ends, in epoch milliseconds. */
export function endOf({ nowMs }: Pick<AllowListInput, 'nowMs'>): number {
  return nowMs + allowListHours * hourMs;
}

function entriesOf({ kind, value, holder }: Candidate, input: AllowListInput): Entry[] {
  const { mediumFormat: format, uidBytes } = input.device;
  const medium = kind === 'rfid_uid' ? writtenFor(value, { format, uidBytes }) : value;
  if (medium === undefined) return [];
  return windowsOf(holder, input).map(({ fromMs, toMs }) => ({
    kind,
    medium,
    valid_from: formatUtcMs(fromMs),
    expires_at: formatUtcMs(toMs),
  }));
}

/** When somebody may come in. One window is enough where it covers all of the list's time. */
function windowsOf({ customerId, memberships, bookings }: Candidate['holder'], input: AllowListInput): Window[] {
  const { site, policy, nowMs } = input;
  if (policy.staffCustomerIds.includes(customerId)) return [{ fromMs: nowMs, toMs: endOf(input) }];
  const byMembership = memberships.flatMap((membership) => {
    const { startDate, endDate } = membership;
    const fromMs = Math.max(nowMs, startOfDay(startDate, site.zone));
    const toMs = Math.min(endDate === null ? Infinity : startOfDay(addDays(endDate, 1), site.zone), endOf(input));
    const holder = { customerId, memberships: [membership], bookings: [] };
    return openWindows(site, { fromMs, toMs }).filter((window) => letsIn(holder, window.fromMs, input));
  });
  const early = policy.bookingEarlyMinutes * 60_000;
  const byBooking = bookings
    .filter(({ siteId }) => siteId === site.id)
    .map(({ startMs, endMs }) => ({ fromMs: Math.max(nowMs, startMs - early), toMs: Math.min(endMs, endOf(input)) }));
  const windows = [...byMembership, ...byBooking].filter(({ fromMs, toMs }) => fromMs < toMs);
  const whole = windows.find(({ fromMs, toMs }) => fromMs === nowMs && toMs === endOf(input));
  return whole ? [whole] : windows;
}

/** Whether the rules let somebody in at an instant, as far as they depend on nothing that a visit changes. */
function letsIn(held: Candidate['holder'], nowMs: number, { site, policy }: AllowListInput): boolean {
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
