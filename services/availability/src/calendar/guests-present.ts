import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Span } from './lanes.ts';

/** Who comes for how long; guests beyond those with an id are counted, too. */
export interface Visit extends Span {
  readonly guestIds: readonly string[];
  readonly guests: number;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** How many persons come, each once however often: those with the same id are one, those without are all different. */
export function countGuests(visits: readonly Visit[]): number {
  const known = new Set(visits.flatMap(({ guestIds }) => guestIds));
  return visits.reduce((count, { guestIds, guests }) => count + Math.max(0, guests - guestIds.length), known.size);
}

/** The persons of each hour of the day `[fromMs, toMs)`, hours being those of the zone's clocks. */
export function guestsPerHour(
  visits: readonly Visit[],
  { fromMs, toMs, zone }: Span & { zone: string },
): { time: string; guests: number }[] {
  const hours: { time: string; guests: number }[] = [];
  for (let at = fromMs; at < toMs; ) {
    const time = formatInstant(at, zone).slice(11, 16);
    const next = Math.min(at + hourMs - Number(time.slice(3)) * minuteMs, toMs);
    hours.push({ time, guests: countGuests(visits.filter((visit) => visit.fromMs < next && at < visit.toMs)) });
    at = next;
  }
  return hours;
}
