import {
  addDays,
  clockChangesBetween,
  instantsOf,
  localDateOf,
  parseWallTime,
  weekdayOf,
} from '@lido/runtime/time/zone.ts';
import type { DoorSite } from './decision.ts';

interface Interval {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const minutesPerDay = 1_440;

/**
 * Whether the site is open at an instant, by the wall clock of its zone. An interval that ends before it begins runs past
 * midnight. A site without hours is open; a date with an exception has only the exception's hours.
 */
export function isOpenAt(site: DoorSite, epochMs: number): boolean {
  if (site.openingHours.length === 0 && site.openingExceptions.length === 0) return true;
  const today = localDateOf(epochMs, site.zone);
  const minute = wallMinuteOf(epochMs, site.zone);
  const isOpenToday = intervalsOf(site, today).some(
    ({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute,
  );
  const isStillOpen = intervalsOf(site, addDays(today, -1)).some(({ toMinute }) => minute + minutesPerDay < toMinute);
  return isOpenToday || isStillOpen;
}

/** A stretch of time, in epoch milliseconds; the end is not in it. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts of a window in which the site is open, in their order. */
export function openWindows(site: DoorSite, { fromMs, toMs }: Window): Window[] {
  const edges = [...edgesOf(site, { fromMs, toMs }), toMs].filter((edge) => fromMs < edge && edge <= toMs);
  const windows: Window[] = [];
  let startMs = fromMs;
  for (const edge of [...new Set(edges)].toSorted((a, b) => a - b)) {
    const last = windows.at(-1);
    const isOpen = isOpenAt(site, startMs);
    if (isOpen && last?.toMs === startMs) windows.splice(-1, 1, { fromMs: last.fromMs, toMs: edge });
    else if (isOpen) windows.push({ fromMs: startMs, toMs: edge });
    startMs = edge;
  }
  return windows;
}

/** Every instant at which the site may open or close: what the wall clock shows then, the days' beginnings, and when clocks change. */
function edgesOf(site: DoorSite, { fromMs, toMs }: Window): number[] {
  const edges = clockChangesBetween(fromMs, toMs, site.zone);
  const last = localDateOf(toMs, site.zone);
  for (let date = addDays(localDateOf(fromMs, site.zone), -1); date <= last; date = addDays(date, 1)) {
    const minutes = intervalsOf(site, date).flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute]);
    for (const minute of [0, ...minutes]) edges.push(...instantsOf(date, minute, site.zone));
  }
  return edges;
}

function intervalsOf(site: DoorSite, date: string): Interval[] {
  const exceptions = site.openingExceptions.filter((exception) => exception.date === date);
  if (exceptions.some(({ closed }) => closed)) return [];
  if (exceptions.length > 0) return exceptions.flatMap(({ timeFrom, timeTo }) => interval(timeFrom, timeTo));
  if (site.openingHours.length === 0) return [{ fromMinute: 0, toMinute: minutesPerDay }];
  const weekday = weekdayOf(date);
  return site.openingHours
    .filter((hours) => hours.weekday === weekday)
    .flatMap(({ timeFrom, timeTo }) => interval(timeFrom, timeTo));
}

function interval(timeFrom: string | null | undefined, timeTo: string | null | undefined): Interval[] {
  const fromMinute = parseWallTime(timeFrom ?? '00:00');
  const toMinute = parseWallTime(timeTo ?? '24:00');
  if (fromMinute === undefined || toMinute === undefined) return [];
  return [{ fromMinute, toMinute: toMinute <= fromMinute ? toMinute + minutesPerDay : toMinute }];
}

function wallMinuteOf(epochMs: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(epochMs);
  const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return numberOf('hour') * 60 + numberOf('minute');
}
