import { Temporal } from 'temporal-polyfill';

/** What a zone's clocks show. */
export interface WallClock {
  /** To the second: `2026-04-01T09:30:00`. */
  readonly dateTime: string;
  /** As it is written: `+01:00`. */
  readonly offset: string;
}

/** A time, `[fromMs, toMs)`, in which a zone's clocks are not changed. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
  readonly offset: string;
}

/** Within these years every zone is whole minutes from UTC; what is farther away is left to the calendar. */
const [firstMs, endMs] = [Date.UTC(1980), Date.UTC(2100)];
const [zonesMax, spansMax] = [1_000, 32];
const spansOf = new Map<string, Span[]>();

/** What the zone's clocks show at the instant, for years near ours. The calendar is asked once for all instants between two changes. */
export function wallClockAt(epochMs: number, zone: string): WallClock | undefined {
  if (!(firstMs <= epochMs && epochMs < endMs)) return undefined;
  const { offsetMs, offset } = spanAt(epochMs, zone);
  return { dateTime: new Date(epochMs + offsetMs).toISOString().slice(0, 19), offset };
}

function spanAt(epochMs: number, zone: string): Span {
  const spans = spansOf.get(zone) ?? [];
  const known = spans.find(({ fromMs, toMs }) => fromMs <= epochMs && epochMs < toMs);
  if (known) return known;
  const found = findSpan(epochMs, zone);
  if (spansOf.size >= zonesMax) spansOf.clear();
  spansOf.set(zone, [found, ...spans.slice(0, spansMax - 1)]);
  return found;
}

function findSpan(epochMs: number, zone: string): Span {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone);
  // A change at the very instant is behind it, too.
  const last = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  return {
    fromMs: last?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    toMs: at.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: at.offsetNanoseconds / 1e6,
    offset: at.offset,
  };
}
