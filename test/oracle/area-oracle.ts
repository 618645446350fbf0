import type {
  Area,
  AreaBookingType,
  AvailabilityRule,
  Claim,
  PriceRule,
  SiteModel,
} from '@lido/availability/solver/model.ts';
import type { AreaQuery } from '@lido/availability/solver/areas/area-model.ts';
import {
  candidateStarts,
  clockAt,
  dateWithin,
  endMinutes,
  isFree,
  isMemberEnough,
  minutes,
  ruled,
  siteIsOpen,
  stepMs,
  windowReason,
} from './oracle.ts';

/** What the oracle says of one start and one duration. */
export interface AreaVerdict {
  readonly startMs: number;
  readonly durationMinutes: number;
  readonly reason: string | null;
  readonly amountMinor: number | null;
  /** Areas that can take the booking, and the most guests that one of them can still take. */
  readonly areaIds: readonly string[];
  readonly placesLeft: number;
}

/** Every candidate start of the query's dates with its verdict for every duration of the type, walked through in steps of five minutes. */
export function askAreaOracle(site: SiteModel, query: AreaQuery): AreaVerdict[] {
  const type = typeOf(site, query);
  return candidateStarts(site.zone, query, type.startTimeIntervalMinutes).flatMap((startMs) => {
    const verdicts: AreaVerdict[] = [];
    for (let duration = type.minDurationMinutes; duration <= type.maxDurationMinutes; ) {
      verdicts.push(judge({ site, type, query, startMs, durationMinutes: duration }));
      duration += type.durationIntervalMinutes;
    }
    return verdicts;
  });
}

/** What the oracle says of one start and one duration. */
export function lookAtStay(
  site: SiteModel,
  query: AreaQuery & { readonly durationMinutes: number },
  startMs: number,
): AreaVerdict {
  const { durationMinutes } = query;
  return judge({ site, type: typeOf(site, query), query, startMs, durationMinutes });
}

function typeOf(site: SiteModel, query: AreaQuery): AreaBookingType {
  const type = site.areaBookingTypes.find(({ id }) => id === query.areaBookingTypeId);
  if (type === undefined) throw new Error('The scenario has no such type.');
  return type;
}

interface Stay {
  readonly site: SiteModel;
  readonly type: AreaBookingType;
  readonly query: AreaQuery;
  readonly startMs: number;
  readonly durationMinutes: number;
}

function judge(stay: Stay): AreaVerdict {
  const { site, type, query, startMs, durationMinutes } = stay;
  const during = Array.from({ length: durationMinutes / 5 }, (_, step) => startMs + step * stepMs);
  const left = type.areaIds
    .filter((id) => query.areaIds === undefined || query.areaIds.includes(id))
    .flatMap((id) => site.areas.filter((area) => area.id === id))
    .map((area) => ({ area, places: placesIn(stay, area, during) }))
    .filter(({ places }) => places >= query.guests);
  const byTheMinute = price(stay)?.amountMinor;
  const reason = (): string | null => {
    const outside = windowReason(site.zone, type, query, startMs);
    if (outside !== null) return outside;
    if (!isMemberEnough(type, query)) return 'members_only';
    if (!during.every((ms) => siteIsOpen(site, ms))) return 'site_closed';
    const isForSoMany = type.minGuests <= query.guests && query.guests <= type.maxGuests;
    if (!isForSoMany || !during.every((ms) => isOffered(stay, ms))) return 'offering_unavailable';
    if (left.length === 0) return 'no_areas_available';
    const claims = site.claims.filter((claim) => isCounted(claim, query));
    for (const guestId of query.guestIds ?? [])
      if (!during.every((ms) => isFree(claims, guestId, null, ms))) return 'guest_unavailable';
    return byTheMinute === undefined ? 'no_price' : null;
  };
  return {
    startMs,
    durationMinutes,
    reason: reason(),
    amountMinor: byTheMinute === undefined ? null : byTheMinute * durationMinutes,
    areaIds: left.map(({ area }) => area.id),
    placesLeft: Math.max(0, ...left.map(({ places }) => places)),
  };
}

/** How many guests an area could still take for the whole stay; 0 when it is closed, blocked or has its number of baskets. */
function placesIn({ site, type, query, durationMinutes, startMs }: Stay, area: Area, during: number[]): number {
  if (!during.every((ms) => ruled(site.zone, area.availabilityRules, ms, siteIsOpen(site, ms)))) return 0;
  let left = area.capacity;
  for (let ms = startMs; ms < startMs + (durationMinutes + type.endBufferMinutes) * 60_000; ms += stepMs) {
    const there = site.areaClaims.filter(
      (claim) => claim.areaId === area.id && isCounted(claim, query) && claim.fromMs < ms + stepMs && ms < claim.toMs,
    );
    if (there.some(({ kind }) => kind === 'block')) return 0;
    const baskets = new Set([...there.map(({ orderId }) => orderId), query.orderId ?? 'nobody else']);
    const limits = [type.basketsMax, ...there.map(({ basketsMax }) => basketsMax)];
    if (limits.some((limit) => limit !== null && baskets.size > limit)) return 0;
    left = Math.min(left, area.capacity - there.reduce((sum, { guests }) => sum + guests, 0));
  }
  return left;
}

function isOffered({ site, type, durationMinutes }: Stay, ms: number): boolean {
  const isAbout = ({ minDurationMinutes, maxDurationMinutes }: AvailabilityRule) =>
    durationMinutes >= (minDurationMinutes ?? 0) && durationMinutes <= (maxDurationMinutes ?? 9999);
  const opensAtAll = type.availabilityRules.some(({ isAvailable }) => isAvailable);
  return ruled(site.zone, type.availabilityRules.filter(isAbout), ms, !opensAtAll);
}

function price({ site, type, startMs, durationMinutes }: Stay): PriceRule | undefined {
  const { date, minute, weekday } = clockAt(site.zone, startMs);
  const matching = type.priceRules.filter(
    (rule) =>
      durationMinutes <= (rule.maxDurationMinutes ?? 9999) &&
      dateWithin(rule.dateFrom, rule.dateTo, date) &&
      (rule.weekdays.length === 0 || (rule.weekdays as readonly string[]).includes(weekday)) &&
      minutes(rule.timeFrom ?? '00:00') <= minute &&
      minute < endMinutes(rule.timeTo ?? '24:00'),
  );
  const says = (isSaid: boolean): number => (isSaid ? 0 : 1);
  const vagueness = (rule: PriceRule): number[] => [
    rule.maxDurationMinutes ?? 9999,
    says(rule.timeFrom !== null || rule.timeTo !== null),
    says(rule.weekdays.length > 0 && rule.weekdays.length < 7),
    says(rule.dateFrom !== null || rule.dateTo !== null),
    -rule.createdAtMs,
  ];
  return matching.sort((a, b) => {
    const [left, right] = [vagueness(a), vagueness(b)];
    const differs = left.findIndex((value, index) => value !== right[index]);
    return differs < 0 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
  })[0];
}

/** Whether a claim stands in the way of who asks. */
export function isCounted(
  { expiresAtMs, bookingId, itemId, orderId }: Pick<Claim, 'expiresAtMs' | 'bookingId' | 'itemId' | 'orderId'>,
  { nowMs, excludeBookingIds = [], excludeItemIds = [], excludeOrderIds = [] }: AreaQuery,
): boolean {
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return false;
  if (excludeBookingIds.includes(bookingId ?? '') || excludeItemIds.includes(itemId ?? '')) return false;
  return !excludeOrderIds.includes(orderId ?? '');
}
