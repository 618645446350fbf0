import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldVisits, openVisitOf } from './fold-visits.ts';
import type { Movement, MovementKind } from './movement.ts';

const minuteMs = 60_000;
const rules = { duplicateMs: 2_000, minStaySeconds: 60, maxVisitMinutes: 240 };
const forever = Number.MAX_SAFE_INTEGER;

function movement(kind: MovementKind, atMs: number, changes: Partial<Movement> = {}): Movement {
  const id = changes.id ?? `${kind} ${atMs}`;
  return {
    ...{ id, kind, atMs, siteId: 'spa', zone: null, repeatKey: null, visitId: `v ${id}`, membershipId: null, rules },
    ...{ methodType: 'gantner', methodId: 'd1', methodName: 'Door' },
    ...changes,
  };
}

const shape = (movements: readonly Movement[], nowMs = 0) =>
  foldVisits(movements, nowMs).map(({ checkedInMs, checkedOutMs, closedBy }) => [
    checkedInMs / minuteMs,
    checkedOutMs === null ? null : checkedOutMs / minuteMs,
    closedBy,
  ]);

describe('a visit', () => {
  test('begins with a tap in and ends with a tap out', () => {
    expect(shape([movement('in', 0), movement('out', 30 * minuteMs)])).toEqual([[0, 30, 'tap']]);
  });

  test('is open until somebody ends it', () => {
    expect(openVisitOf(foldVisits([movement('in', 0)], minuteMs))).toMatchObject({ checkedInMs: 0, closedBy: null });
  });

  test('ends at its longest when nobody ends it, whatever comes later', () => {
    expect(shape([movement('in', 0)], 240 * minuteMs)).toEqual([[0, 240, 'max_visit']]);
    expect(shape([movement('in', 0), movement('out', 300 * minuteMs)])).toEqual([[0, 240, 'max_visit']]);
  });

  test('ends with the next arrival', () => {
    expect(shape([movement('in', 0), movement('in', 10 * minuteMs)])).toEqual([
      [0, 10, 'next_check_in'],
      [10, null, null],
    ]);
  });

  test('at another site begins at once and ends the one before', () => {
    expect(shape([movement('in', 0), movement('in', 1_000, { siteId: 'gym' })])).toHaveLength(2);
  });

  test('is not ended by an exit of another site', () => {
    expect(shape([movement('in', 0), movement('out', 10 * minuteMs, { siteId: 'gym' })])).toEqual([[0, null, null]]);
  });

  test('ends with a second tap at a toggle reader, after the least stay only', () => {
    const taps = [0, 0.5, 5].map((minute) => movement('toggle', minute * minuteMs));
    expect(shape(taps.slice(0, 2))).toEqual([[0, null, null]]);
    expect(shape(taps)).toEqual([[0, 5, 'tap']]);
  });

  test('is one for taps in within the least stay, and two for recorded arrivals', () => {
    expect(shape([movement('in', 0), movement('in', 30_000)])).toHaveLength(1);
    expect(shape([movement('arrival', 0), movement('arrival', 30_000)])).toHaveLength(2);
  });

  test('is where its latest inner door led to', () => {
    const moves = [movement('in', 0, { zone: 'hall' }), movement('inner', minuteMs, { zone: 'pool' })];
    expect(foldVisits(moves, 0)).toMatchObject([{ zone: 'pool' }]);
  });

  test('is not begun by an inner door', () => {
    expect(shape([movement('inner', 0, { zone: 'pool' })])).toEqual([]);
  });
});

test('a repeat is measured from the first tap, not from the one before', () => {
  const tap = (atMs: number) => movement('toggle', atMs, { repeatKey: 'k', rules: { ...rules, minStaySeconds: 0 } });
  expect(shape([tap(0), tap(1_500)])).toHaveLength(1);
  expect(foldVisits([tap(0), tap(1_500), tap(2_500)], 0)).toMatchObject([{ checkedOutMs: 2_500 }]);
});

const anyMovement = fc
  .record({
    kind: fc.constantFrom<MovementKind>('in', 'out', 'toggle', 'inner', 'arrival', 'departure'),
    second: fc.integer({ min: 0, max: 20 * 3_600 }),
    siteId: fc.constantFrom('spa', 'gym'),
    repeatKey: fc.constantFrom(null, 'a', 'b'),
    zone: fc.constantFrom(null, 'pool'),
    maxVisitMinutes: fc.constantFrom(15, 240, 1_440),
    tail: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ kind, second, tail, maxVisitMinutes, ...rest }) =>
    movement(kind, second * 1_000, { ...rest, id: `${second} ${tail}`, rules: { ...rules, maxVisitMinutes } }),
  );
const anyMovements = fc.uniqueArray(anyMovement, { selector: ({ id }) => id, maxLength: 40 });

test('any order of arrival gives the same visits', () => {
  fc.assert(
    fc.property(
      anyMovements.chain((movements) =>
        fc.tuple(fc.constant(movements), fc.shuffledSubarray(movements, { minLength: movements.length })),
      ),
      ([movements, shuffled]) => {
        expect(foldVisits(shuffled, forever)).toEqual(foldVisits(movements, forever));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('visits never overlap, never end before they begin, and last no longer than they may', () => {
  fc.assert(
    fc.property(anyMovements, (movements) => {
      const visits = foldVisits(movements, forever);
      for (const [index, visit] of visits.entries()) {
        expect(visit.checkedOutMs).toBeGreaterThanOrEqual(visit.checkedInMs);
        expect(visit.checkedOutMs).toBeLessThanOrEqual(visit.endsByMs);
        expect(visits[index + 1]?.checkedInMs ?? forever).toBeGreaterThanOrEqual(visit.checkedOutMs ?? 0);
      }
    }),
    { numRuns: 300 },
  );
});

test('only movements within reach of each other matter: an episode can be folded alone', () => {
  fc.assert(
    fc.property(anyMovements, anyMovements, (early, late) => {
      const later = late.map((move) => ({ ...move, id: `late ${move.id}`, atMs: move.atMs + 44 * 3_600_000 }));
      const apart = [...foldVisits(early, forever), ...foldVisits(later, forever)];
      expect(foldVisits([...later, ...early], forever)).toEqual(apart);
    }),
    { numRuns: 300 },
  );
});
