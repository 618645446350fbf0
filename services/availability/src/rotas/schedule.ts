import { bucketMs, type LocalDay, minutesPerBucket, wallMinuteOf } from '@lido/runtime/time/local-day.ts';
import { formatWallTime } from '@lido/runtime/time/zone.ts';
import { hasBit, nextSetBit } from '../solver/bitset.ts';
import { emptyBits, type Horizon, type HorizonDay, minutesOfRange, msOfBit, openWallTime } from '../solver/horizon.ts';
import { workingBits } from '../solver/open-time.ts';
import type { WorkingTime } from './working-time.ts';

/** Time `[fromMs, toMs)`. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A daily wall time range; `00:00` as an end is the end of the day. */
export interface WallRange {
  readonly timeFrom: string;
  readonly timeTo: string;
}

/** One local date of a practitioner: its windows in order, and whether an exception touches it. */
export interface WorkingDay {
  readonly date: string;
  readonly source: 'rota' | 'custom';
  readonly windows: readonly Window[];
}

/** When a practitioner works on each day of a horizon, as the solver sees it; windows end at midnight at the latest. */
export function workingDays(horizon: Horizon, time: WorkingTime): WorkingDay[] {
  const bits = workingBits(horizon, time);
  return horizon.days.slice(0, horizon.dayCount).map((day) => {
    const bounds = boundsOf(horizon, day);
    const isCustom = time.customAvailability.some((entry) => overlap(entry, bounds));
    return { date: day.day.date, source: isCustom ? 'custom' : 'rota', windows: windowsIn(horizon, bits, day) };
  });
}

/** The windows that wall time ranges open on the first day of a horizon. */
export function windowsOf(horizon: Horizon, ranges: readonly WallRange[]): Window[] {
  const [day] = horizon.days;
  if (!day) return [];
  const bits = emptyBits(horizon);
  for (const { timeFrom, timeTo } of ranges) {
    const { from, to } = minutesOfRange(timeFrom.slice(0, 5), timeTo.slice(0, 5));
    openWallTime(bits, day, from, to);
  }
  return windowsIn(horizon, bits, day);
}

/** The instants between which a day of a horizon lies. */
export function boundsOf(horizon: Horizon, { fromBit, toBit }: HorizonDay): Window {
  return { fromMs: msOfBit(horizon, fromBit), toMs: msOfBit(horizon, toBit) };
}

export function overlap(a: Window, b: Window): boolean {
  return a.fromMs < b.toMs && b.fromMs < a.toMs;
}

/** The wall time of a day's windows. Time that a change of the clocks skips parts nothing, time that it repeats is told once. */
export function wallRangesOf(day: LocalDay, windows: readonly Window[]): WallRange[] {
  const merged: { from: number; to: number }[] = [];
  const parts = windows.flatMap((window) => wallMinutesOf(day, window));
  for (const { from, to } of parts.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged.map(({ from, to }) => ({ timeFrom: formatWallTime(from), timeTo: formatWallTime(to % minutesPerDay) }));
}

const minutesPerDay = 1_440;

/** A window in minutes of the day's clock, in parts where the clocks go back within it. */
function wallMinutesOf(day: LocalDay, { fromMs, toMs }: Window): { from: number; to: number }[] {
  const [fromBucket, toBucket] = [fromMs / bucketMs - day.firstBucket, toMs / bucketMs - day.firstBucket];
  const parts: { from: number; to: number }[] = [];
  for (const segment of day.segments) {
    const [first, end] = [Math.max(fromBucket, segment.fromBucket), Math.min(toBucket, segment.toBucket)];
    if (first >= end) continue;
    const [from, to] = [wallMinuteOf(day, first), wallMinuteOf(day, end - 1) + minutesPerBucket];
    const before = parts.at(-1);
    if (before && before.to <= from) before.to = to;
    else parts.push({ from, to });
  }
  return parts;
}

function windowsIn(horizon: Horizon, bits: Uint32Array, { fromBit, toBit }: HorizonDay): Window[] {
  const windows: Window[] = [];
  for (let start = nextSetBit(bits, fromBit, toBit); start >= 0; ) {
    let end = start;
    while (end < toBit && hasBit(bits, end)) end++;
    windows.push({ fromMs: msOfBit(horizon, start), toMs: msOfBit(horizon, end) });
    start = nextSetBit(bits, end, toBit);
  }
  return windows;
}
