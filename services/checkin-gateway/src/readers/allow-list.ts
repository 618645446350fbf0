import { addDays, formatUtcMs, startOfDay } from '@lido/runtime/time/zone.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { DecisionInput, DoorSite, Holder } from '../visits/decision.ts';
import { findEntitlement } from '../visits/entitlement.ts';
import { type MediumKind, writtenFor } from '../visits/media.ts';
import type { VisitPolicy } from '../visits/policy.ts';

/** Somebody who may be entitled, with one of their media in the one form it is kept in. */
export interface Candidate {
  readonly kind: Extract<MediumKind, 'rfid_uid' | 'barcode'>;
  readonly value: string;
  readonly holder: Pick<Holder, 'memberships' | 'bookings'>;
}

export interface AllowListInput {
  readonly device: Pick<DeviceRow, 'id' | 'siteId' | 'mediumFormat' | 'uidBytes'>;
  /** Its opening hours are not looked at: a reader knows the entries' times only. */
  readonly site: Pick<DoorSite, 'id' | 'zone'>;
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

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
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

/** When somebody may come in. One window is enough where a membership covers all of the list's time. */
function windowsOf({ memberships, bookings }: Candidate['holder'], input: AllowListInput): Window[] {
  const { site, policy, nowMs } = input;
  const byMembership = memberships.flatMap((membership) => {
    const { startDate, endDate } = membership;
    const window = {
      fromMs: Math.max(nowMs, startOfDay(startDate, site.zone)),
      toMs: endDate === null ? Infinity : startOfDay(addDays(endDate, 1), site.zone),
    };
    return isEntitled({ memberships: [membership], bookings: [] }, window.fromMs, input) ? [window] : [];
  });
  const early = policy.bookingEarlyMinutes * 60_000;
  const byBooking = bookings
    .filter(({ siteId }) => siteId === site.id)
    .map(({ startMs, endMs }) => ({ fromMs: Math.max(nowMs, startMs - early), toMs: endMs }));
  const windows = [...byMembership, ...byBooking]
    .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, endOf(input)) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
  const whole = windows.find(({ fromMs, toMs }) => fromMs === nowMs && toMs === endOf(input));
  return whole ? [whole] : windows;
}

function isEntitled(
  held: Candidate['holder'],
  nowMs: number,
  { site, policy }: Pick<AllowListInput, 'site' | 'policy'>,
): boolean {
  const holder: Holder = {
    ...{ customerId: '', isBlocked: false, admission: 'by_rules', openVisit: undefined, lastCheckedOutMs: undefined },
    ...held,
  };
  const question: Omit<DecisionInput, 'holder'> = {
    nowMs,
    policy,
    site: { ...site, openingHours: [], openingExceptions: [] },
    isDeviceAllowed: true,
    isReadable: true,
    direction: 'DEVICE_DIRECTION_IN',
    zone: null,
    placesLeft: { site: null, zone: null },
    previous: undefined,
    mediumState: 'active',
  };
  return 'membershipId' in findEntitlement(holder, question);
}
