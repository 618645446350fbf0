import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOut, type Span } from './lanes.ts';

const span = (fromMs: number, toMs: number): Span => ({ fromMs, toMs });
const spans = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
    .map(([at, length]) => span(at, at + length)),
  { maxLength: 25 },
);
const overlap = (a: Span, b: Span): boolean => a.fromMs < b.toMs && b.fromMs < a.toMs;

/** All spans that are reached from one by overlaps. */
function groupOf(start: Span, all: readonly Span[]): Set<Span> {
  const group = new Set([start]);
  for (const member of group) for (const other of all) if (overlap(member, other)) group.add(other);
  return group;
}

const busiest = (group: Iterable<Span>): number => {
  const members = [...group];
  return Math.max(...members.map(({ fromMs }) => members.filter((s) => s.fromMs <= fromMs && fromMs < s.toMs).length));
};

describe('layOut', () => {
  test('gives every span a lane, and no two that overlap the same one', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const lanes = layOut(all);
        expect(lanes.size).toBe(all.length);
        for (const a of all) {
          for (const b of all) {
            if (a !== b && overlap(a, b)) expect(lanes.get(a)?.overlapOrder).not.toBe(lanes.get(b)?.overlapOrder);
          }
        }
      }),
    );
  });

  test('makes as many lanes for spans that belong together as there are at once, and no more', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const lanes = layOut(all);
        for (const member of all) {
          const { numOverlaps = -1, overlapOrder = -1 } = lanes.get(member) ?? {};
          expect(numOverlaps).toBe(busiest(groupOf(member, all)) - 1);
          expect(overlapOrder).toBeLessThanOrEqual(numOverlaps);
        }
      }),
    );
  });

  test('does not depend on the order of different spans', () => {
    fc.assert(
      fc.property(
        spans.map((all) => [...new Map(all.map((s) => [`${s.fromMs} ${s.toMs}`, s])).values()]),
        (all) => {
          const [forth, back] = [layOut(all), layOut([...all].reverse())];
          for (const member of all) expect(forth.get(member)).toEqual(back.get(member));
        },
      ),
    );
  });

  test('leaves the whole width to one that only touches others', () => {
    const [first, second] = [span(0, 30), span(30, 60)];
    expect(layOut([first, second]).get(second)).toEqual({ numOverlaps: 0, overlapOrder: 0 });
  });
});
