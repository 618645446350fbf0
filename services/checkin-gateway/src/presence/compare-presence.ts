/** A stretch of time in epoch milliseconds; the end is exclusive. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** The part of a stretch that lies within a range; undefined where there is none. */
export function clip({ startMs, endMs }: Stretch, range: Stretch): Stretch | undefined {
  const clipped = { startMs: Math.max(startMs, range.startMs), endMs: Math.min(endMs, range.endMs) };
  return clipped.startMs < clipped.endMs ? clipped : undefined;
}

/** The stretches in order without overlaps. */
export function union(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last && next.startMs <= last.endMs) {
      joined[joined.length - 1] = { ...last, endMs: Math.max(last.endMs, next.endMs) };
    } else {
      joined.push(next);
    }
  }
  return joined;
}

/** The whole minutes of stretches that do not overlap. */
export function minutesOf(stretches: readonly Stretch[]): number {
  return Math.floor(stretches.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 60_000);
}

/** Where two lists of stretches, each in order and without overlaps, are both true. */
export function intersection(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  return a.flatMap((one) => b.flatMap((other) => clip(one, other) ?? []));
}
