import { applyAreaClaim, removeAreaClaim } from '@lido/availability/solver/areas/compile-areas.ts';
import { findBookableAreaDates } from '@lido/availability/solver/areas/area-dates.ts';
import { explainAreaSlots } from '@lido/availability/solver/areas/explain-area-slots.ts';
import type { AreaQuery } from '@lido/availability/solver/areas/area-model.ts';
import { type CompiledSite, compileSite } from '@lido/availability/solver/compile-site.ts';
import { noAvailabilityReasons } from '@lido/availability/solver/reason.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AreaVerdict, askAreaOracle } from './area-oracle.ts';
import { type AreaScenario, areaScenarios } from './area-scenario.ts';
import { scenarioCount } from './scenario-count.ts';

const numRuns = Math.ceil(scenarioCount * 0.15);
const timeout = Math.max(600_000, numRuns * 500);

test(`areas: solver and oracle agree for every duration of every start (${numRuns} scenarios)`, {
  timeout,
}, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(areaScenarios, (scenario) => {
      const expected = askAreaOracle(scenario.site, scenario.query);
      const site = compiled(scenario);
      for (const { reason } of expected) seen.add(reason ?? 'bookable');
      for (const durationMinutes of new Set(expected.map((verdict) => verdict.durationMinutes))) {
        const verdicts = expected.filter((verdict) => verdict.durationMinutes === durationMinutes);
        expect(slotsOf(site, { ...scenario.query, durationMinutes })).toEqual(
          verdicts.map((verdict) => toSlot([verdict])),
        );
      }
      const byStart = [...Map.groupBy(expected, ({ startMs }) => startMs).values()];
      expect(slotsOf(site, scenario.query)).toEqual(byStart.map(toSlot));
      const dates = expected
        .filter(({ reason }) => reason === null)
        .map(({ startMs }) => localDateOf(startMs, scenario.site.zone));
      const found = findBookableAreaDates(site, scenario.query);
      expect(found.filter(({ hasAvailability }) => hasAvailability).map(({ date }) => date)).toEqual([
        ...new Set(dates),
      ]);
    }),
    { numRuns },
  );
  // A generator that never reaches a verdict would prove nothing about it.
  if (numRuns >= 300) expect(seen.size).toBe(10);
});

test('areas: claims applied and removed one by one leave the same answers as compiling anew', {
  timeout,
}, () => {
  fc.assert(
    fc.property(areaScenarios, fc.infiniteStream(fc.boolean()), (scenario, choices) => {
      const replica = compiled({ ...scenario, site: { ...scenario.site, areaClaims: [] } });
      const kept = scenario.site.areaClaims.filter((claim) => {
        applyAreaClaim(replica.areas, claim);
        const isKept = choices.next().value === true;
        if (!isKept) removeAreaClaim(replica.areas, claim.id);
        return isKept;
      });
      const anew = compiled({ ...scenario, site: { ...scenario.site, areaClaims: kept } });
      expect(explainAreaSlots(replica, scenario.query)).toEqual(explainAreaSlots(anew, scenario.query));
    }),
    { numRuns: Math.ceil(numRuns / 5) },
  );
});

function compiled({ site, firstDate, dayCount }: AreaScenario) {
  return compileSite(site, firstDate, dayCount);
}

function slotsOf(site: CompiledSite, query: AreaQuery) {
  return explainAreaSlots(site, query).flatMap(({ slots }) =>
    slots.map(({ startMs, durationMinutes, durationsMinutes, areas, quantityAvailable, amountMinor, reason }) => ({
      startMs,
      durationMinutes,
      durationsMinutes,
      areaIds: areas.map(({ id }) => id).sort(),
      quantityAvailable,
      amountMinor,
      reason,
    })),
  );
}

/** One start with the verdicts on its durations, shortest first: the duration shown is the first of those that get furthest. */
function toSlot(verdicts: AreaVerdict[]) {
  const progress = ({ reason }: AreaVerdict) =>
    reason === null ? Number.POSITIVE_INFINITY : noAvailabilityReasons.findIndex((known) => known === reason);
  const shown = verdicts.reduce((best, verdict) => (progress(verdict) > progress(best) ? verdict : best));
  return {
    startMs: shown.startMs,
    durationMinutes: shown.durationMinutes,
    durationsMinutes: verdicts.filter(({ reason }) => reason === null).map(({ durationMinutes }) => durationMinutes),
    areaIds: [...shown.areaIds].sort(),
    quantityAvailable: shown.reason === null ? shown.placesLeft : 0,
    amountMinor: shown.amountMinor,
    reason: shown.reason,
  };
}
