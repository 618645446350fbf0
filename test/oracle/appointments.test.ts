import { applyClaim, type CompiledSite, compileSite, removeClaim } from '@lido/availability/solver/compile-site.ts';
import { combinationsAt } from '@lido/availability/solver/combinations.ts';
import { explainSlots } from '@lido/availability/solver/explain-slots.ts';
import { findSlots } from '@lido/availability/solver/find-slots.ts';
import { findBookableDates } from '@lido/availability/solver/offering-dates.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askOracle } from './oracle.ts';
import { scenarioCount } from './scenario-count.ts';
import { type Scenario, scenarios } from './scenario.ts';

const numRuns = scenarioCount;
/** A tenth of a second for each scenario, and never less than ten minutes. */
const timeout = Math.max(600_000, numRuns * 500);

test(`solver and oracle agree slot for slot, reason for reason (${numRuns} scenarios)`, { timeout }, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const expected = askOracle(scenario.site, scenario.query);
      for (const { reason } of expected) seen.set(reason ?? 'bookable', (seen.get(reason ?? 'bookable') ?? 0) + 1);
      const compiled = compileSite(scenario.site, scenario.firstDate, scenario.dayCount);
      expect(explained(compiled, scenario)).toEqual(
        expected.map(({ startMs, reason, amountMinor }) => ({ startMs, reason, amountMinor })),
      );
      const bookable = expected.filter(({ reason }) => reason === null);
      expect(found(compiled, scenario)).toEqual(
        bookable.map(({ startMs, amountMinor, practitionerIds }) => ({
          startMs,
          amountMinor,
          practitionerIds: [...wanted(scenario, practitionerIds)].sort(),
        })),
      );
      const dates = bookable.map(({ startMs }) => localDateOf(startMs, scenario.site.zone));
      expect(datesWithAvailability(compiled, scenario)).toEqual([...new Set(dates)]);
    }),
    { numRuns },
  );
  // A generator that never reaches a verdict would prove nothing about it.
  if (numRuns >= 300) expect([...seen.keys()].sort()).toHaveLength(12);
});

test('claims applied and removed one by one leave the same answers as compiling anew', { timeout }, () => {
  fc.assert(
    fc.property(scenarios, fc.infiniteStream(fc.boolean()), ({ site, query, firstDate, dayCount }, choices) => {
      const replica = compileSite({ ...site, claims: [] }, firstDate, dayCount);
      const kept = site.claims.filter((claim) => {
        applyClaim(replica, claim);
        explainSlots(replica, { ...query, nowMs: 0 });
        const isKept = choices.next().value === true;
        if (!isKept) removeClaim(replica, claim.id);
        return isKept;
      });
      const anew = compileSite({ ...site, claims: kept }, firstDate, dayCount);
      expect(explainSlots(replica, query)).toEqual(explainSlots(anew, query));
    }),
    { numRuns: Math.ceil(numRuns / 5) },
  );
});

test('every combination holds what the start needs, and only what is free', { timeout }, () => {
  fc.assert(
    fc.property(scenarios, fc.nat(20), (scenario, rotateBy) => {
      const { site, query, firstDate, dayCount } = scenario;
      const compiled = compileSite(site, firstDate, dayCount);
      for (const { startMs, reason } of askOracle(site, query)) {
        const combinations = combinationsAt(compiled, query, startMs, { max: 8, rotateBy });
        expect(combinations.length > 0).toBe(reason === null);
        expect(new Set(combinations.map((combination) => JSON.stringify(combination))).size).toBe(combinations.length);
        for (const { practitionerIds, roomAssignments, equipment, bufferEndMs } of combinations) {
          expect(new Set(practitionerIds).size).toBe(needed(scenario));
          expect(practitionerIds.filter((id) => query.practitionerIds?.includes(id)).length).toBe(
            Math.min(new Set(query.practitionerIds).size, needed(scenario)),
          );
          const units = [
            ...practitionerIds.map((id) => ({ id, unit: 0 })),
            ...roomAssignments.flatMap(({ roomId, units: held }) => held.map((unit) => ({ id: roomId, unit }))),
            ...equipment.map(({ equipmentId, unit }) => ({ id: equipmentId, unit })),
          ];
          const clashes = units.filter(({ id, unit }) =>
            compiled.model.claims.some((claim) => {
              const isLive = claim.expiresAtMs === null || claim.expiresAtMs > query.nowMs;
              const isExcluded =
                query.excludeBookingIds?.includes(claim.bookingId ?? '') === true ||
                query.excludeItemIds?.includes(claim.itemId ?? '') === true ||
                query.excludeOrderIds?.includes(claim.orderId ?? '') === true;
              const overlaps = claim.fromMs < bufferEndMs && startMs < claim.toMs;
              return isLive && !isExcluded && claim.resourceId === id && claim.unit === unit && overlaps;
            }),
          );
          expect(clashes).toEqual([]);
        }
      }
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  );
});

function explained(compiled: CompiledSite, { query }: Scenario) {
  return explainSlots(compiled, query).flatMap(({ slots }) =>
    slots.map(({ startMs, reason, amountMinor }) => ({ startMs, reason, amountMinor })),
  );
}

function found(compiled: CompiledSite, { query }: Scenario) {
  return findSlots(compiled, query).flatMap(({ slots }) =>
    slots.map(({ startMs, amountMinor, practitioners }) => ({
      startMs,
      amountMinor,
      practitionerIds: practitioners.map(({ id }) => id).sort(),
    })),
  );
}

/** When more practitioners are requested than the booking takes, only they are candidates. */
function wanted(scenario: Scenario, free: readonly string[]): readonly string[] {
  const requested = scenario.query.practitionerIds ?? [];
  return requested.length > needed(scenario) ? free.filter((id) => requested.includes(id)) : free;
}

function needed({ site, query }: Scenario): number {
  const type = site.appointmentTypes.find(({ id }) => id === query.appointmentTypeId);
  if (type === undefined || type.practitionerIds.length === 0) return 0;
  return Math.ceil(query.guests * type.practitionersPerGuest);
}

function datesWithAvailability(compiled: CompiledSite, { query }: Scenario): string[] {
  return findBookableDates(compiled, query).flatMap(({ date, hasAvailability }) => (hasAvailability ? [date] : []));
}
