import { bitOf } from '@lido/availability/solver/horizon.ts';
import { compileSite } from '@lido/availability/solver/compile-site.ts';
import { findItineraries } from '@lido/availability/solver/itineraries/find-itineraries.ts';
import { type ChosenStart, holdTogether } from '@lido/availability/solver/itineraries/hold-together.ts';
import { planStay, stayAt } from '@lido/availability/solver/itineraries/area-starts.ts';
import { obstacleBeside, type WantedStay, waysToStay } from '@lido/availability/solver/itineraries/stay-together.ts';
import type { Itinerary, Visit, VisitItem } from '@lido/availability/solver/itineraries/visit.ts';
import type { SiteModel } from '@lido/availability/solver/model.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarioCount } from './scenario-count.ts';
import {
  areDelivered,
  areTaken,
  askVisitOracle,
  canHoldAll,
  canStayAll,
  type Chosen,
  queryOf,
  startsOf,
  stayQueryOf,
} from './visit-oracle.ts';
import { appointmentVisits, stayVisits, type VisitScenario, visitScenarios } from './visit-scenario.ts';

const numRuns = Math.ceil(scenarioCount / 10);
const timeout = Math.max(600_000, numRuns * 1_000);
const everything = { max: 100_000, steps: 10_000_000 };

test(`visits are exactly those that trying everything finds, in the same order (${numRuns} scenarios)`, {
  timeout,
}, () => {
  const seen = { none: 0, some: 0, visits: 0 };
  fc.assert(
    fc.property(visitScenarios, ({ site, visit }) => {
      const { itineraries, truncated } = findItineraries(compileSite(site, visit.date, 1), visit, everything);
      const expected = askVisitOracle(site, visit);
      seen[expected.length === 0 ? 'none' : 'some']++;
      seen.visits += expected.length;
      expect(truncated).toBe(false);
      expect(itineraries.map(shapeOf)).toEqual(expected);
      for (const itinerary of itineraries) expect(isDelivered(site, visit, itinerary)).toBe(true);
    }),
    { numRuns },
  );
  // A generator of visits that are all impossible, or never are, would prove little.
  if (numRuns >= 100) expect(Math.min(seen.none, seen.some)).toBeGreaterThan(numRuns / 10);
});

test('a cap keeps the best, and a search that gives up answers nothing false and says so', { timeout }, () => {
  fc.assert(
    fc.property(visitScenarios, fc.integer({ min: 1, max: 4 }), fc.nat(60), ({ site, visit }, max, steps) => {
      const compiled = compileSite(site, visit.date, 1);
      const all = findItineraries(compiled, visit, everything).itineraries.map(shapeOf);
      expect(findItineraries(compiled, visit, { ...everything, max }).itineraries.map(shapeOf)).toEqual(
        all.slice(0, max),
      );
      const { itineraries, truncated } = findItineraries(compiled, visit, { max, steps });
      for (const itinerary of itineraries) {
        // Of two ends of one start the search may have met only the later one.
        const { starts, lengthMs } = shapeOf(itinerary);
        const best = all.find((other) => other.starts.join() === starts.join());
        expect(lengthMs).toBeGreaterThanOrEqual(best?.lengthMs ?? Number.POSITIVE_INFINITY);
        expect(isDelivered(site, visit, itinerary)).toBe(true);
      }
      if (!truncated) expect(itineraries.map(shapeOf)).toEqual(all.slice(0, max));
    }),
    { numRuns },
  );
});

test('chosen starts are held exactly when there is any way, and every plan holds', { timeout }, () => {
  const seen = { held: 0, refused: 0 };
  fc.assert(
    fc.property(
      appointmentVisits,
      fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      fc.nat(5),
      (scenario, picks, rotateBy) => {
        const { site, visit } = scenario;
        const appointments = pick(scenario, picks).filter((entry) => isOf('appointment', entry));
        const asked = appointments.map(
          ({ item, startMs }): ChosenStart => ({ query: queryOf(item, visit.date), startMs }),
        );
        const held = holdTogether(compileSite(site, visit.date, 1), asked, { max: 8, rotateBy });
        expect('plans' in held).toBe(canHoldAll(site, visit.date, appointments));
        seen['plans' in held ? 'held' : 'refused']++;
        if ('failed' in held) {
          expect(canHoldAll(site, visit.date, appointments.slice(0, held.failed))).toBe(true);
          expect(canHoldAll(site, visit.date, appointments.slice(0, held.failed + 1))).toBe(false);
          return;
        }
        expect(held.plans.length).toBeGreaterThan(0);
        for (const plan of held.plans) expect(areDelivered(site, visit.date, appointments, plan)).toBe(true);
      },
    ),
    { numRuns },
  );
  if (numRuns >= 100) expect(Math.min(seen.held, seen.refused)).toBeGreaterThan(numRuns / 20);
});

test('chosen stays are held exactly when there is any way, and every way is one', { timeout }, () => {
  const seen = { held: 0, refused: 0 };
  fc.assert(
    fc.property(stayVisits, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), (scenario, picks) => {
      const { site, visit } = scenario;
      const stays = pick(scenario, picks).filter((entry) => isOf('area', entry));
      const compiled = compileSite(site, visit.date, 1);
      const held: WantedStay[] = [];
      for (const [index, { item, startMs, endMs }] of stays.entries()) {
        const planned = planStay(compiled, stayQueryOf(item, visit.date));
        const stay = stayAt(planned, bitOf(compiled.horizon, startMs));
        const wanted = { stay, guestIds: item.guestIds, startMs, endMs };
        const canBeHeld = canStayAll(site, visit.date, stays.slice(0, index + 1));
        expect(obstacleBeside(held, wanted) === undefined).toBe(canBeHeld);
        seen[canBeHeld ? 'held' : 'refused']++;
        if (!canBeHeld) return;
        held.push(wanted);
      }
      const ways = waysToStay(
        held.map(({ stay }) => stay),
        8,
      );
      expect(ways.length).toBeGreaterThan(0);
      for (const areas of ways) {
        const areaIds = areas.map(({ id }) => id);
        expect(areTaken(site, visit.date, stays, areaIds)).toBe(true);
      }
    }),
    { numRuns },
  );
  if (numRuns >= 100) expect(Math.min(seen.held, seen.refused)).toBeGreaterThan(numRuns / 20);
});

/** A start for each item, among the first few, so that items get into each other's way. */
function pick({ site, visit }: VisitScenario, picks: readonly number[]): Chosen[] {
  return visit.items.flatMap((item, index) => {
    const starts = startsOf(site, visit, item);
    return starts[(picks[index] ?? 0) % Math.max(1, Math.min(starts.length, 3))] ?? [];
  });
}

function isOf<Kind extends VisitItem['kind']>(
  kind: Kind,
  entry: Chosen,
): entry is Extract<Chosen, { item: { kind: Kind } }> {
  return entry.item.kind === kind;
}

function shapeOf({ startMs, endMs, idleMinutes, amountMinor, items }: Itinerary) {
  return {
    starts: items.map((item) => item.startMs),
    lengthMs: endMs - startMs,
    idleMs: idleMinutes * 60_000,
    amountMinor,
  };
}

function isDelivered(site: SiteModel, visit: Visit, { items }: Itinerary): boolean {
  const appointments = items.flatMap(({ delivery, ...start }, index) => {
    const item = visit.items[index];
    return item?.kind === 'appointment' && delivery.kind === 'appointment'
      ? [{ chosen: { item, ...start }, combination: delivery.combination }]
      : [];
  });
  const stays = items.flatMap(({ delivery, ...start }, index) => {
    const item = visit.items[index];
    return item?.kind === 'area' && delivery.kind === 'area'
      ? [{ chosen: { item, ...start, areaIds: [] }, areaId: delivery.area.id }]
      : [];
  });
  const areStaying = areTaken(
    site,
    visit.date,
    stays.map(({ chosen }) => chosen),
    stays.map(({ areaId }) => areaId),
  );
  if (!areStaying) return false;
  return areDelivered(
    site,
    visit.date,
    appointments.map(({ chosen }) => chosen),
    appointments.map(({ combination }) => combination),
  );
}
