/** A stretch of time, `[fromMs, toMs)`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where a span stands among those it overlaps with. */
export interface Lane {
  /** How many lanes there are beside its own. */
  readonly numOverlaps: number;
  /** Its lane, from 0. */
  readonly overlapOrder: number;
}

/**
 * Puts the spans of one column side by side. Spans that overlap, directly or through others, form a group with as many lanes
 * as it has spans at once at its busiest; no two that overlap share a lane. Earlier spans stand further left, longer ones first.
 */
export function layOut<T extends Span>(spans: readonly T[]): Map<T, Lane> {
  const sorted = [...spans].sort((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs);
  const lanes = new Map<T, Lane>();
  let group: [span: T, lane: number][] = [];
  /** When each lane of the group is free again. */
  let freeMs: number[] = [];
  const close = (): void => {
    for (const [span, lane] of group) lanes.set(span, { numOverlaps: freeMs.length - 1, overlapOrder: lane });
    group = [];
    freeMs = [];
  };
  for (const span of sorted) {
    if (freeMs.every((ms) => ms <= span.fromMs)) close();
    const free = freeMs.findIndex((ms) => ms <= span.fromMs);
    const lane = free < 0 ? freeMs.length : free;
    freeMs[lane] = span.toMs;
    group.push([span, lane]);
  }
  close();
  return lanes;
}
