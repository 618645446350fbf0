import { addDays } from '@lido/runtime/time/zone.ts';
import {
  type CompiledSite,
  compileSite,
  lanesOf,
  openStarts,
} from '../../services/availability/src/solver/compile-site.ts';
import { findSlots } from '../../services/availability/src/solver/find-slots.ts';
import { daysOf, maxHorizonDays } from '../../services/availability/src/solver/horizon.ts';
import { type Demand, searchKernel } from '../../services/availability/src/solver/kernel.ts';
import type { SlotQuery } from '../../services/availability/src/solver/model.ts';
import { findBookableDates } from '../../services/availability/src/solver/offering-dates.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { measureTimes } from './measure-time.ts';
import { bookedDays, spaSite } from './spa-site.ts';
import type { Workbench } from './workbench.ts';

const firstDate = '2026-06-01';
const lastDate = addDays(firstDate, bookedDays - 1);

/** The solver on 200 practitioners, 50 rooms and 31 days, beside one plain pass over the memory that the search is about. */
export async function kernel({ say }: Workbench): Promise<BenchRow[]> {
  const busy = compileSite(spaSite(firstDate, 0.7), firstDate, maxHorizonDays);
  const full = compileSite(spaSite(firstDate, 1), firstDate, maxHorizonDays);
  const window = windowOf(busy);
  say('  month searches');
  const pass = () => passOver(busy, window);
  const search = () => findBookableDates(busy, month('anybody'));
  // Pairs of their own, so that a search and its pass find the processor's caches in the same state.
  const lanes = measureTimes({ pass, kernel: () => searchKernel(demandsOf(busy), ...window) }, monthRounds);
  const fullLanes = measureTimes(
    { pass: () => passOver(full, window), kernel: () => searchKernel(demandsOf(full), ...window) },
    monthRounds,
  );
  const cold = measureTimes(
    {
      pass,
      search: () => {
        forgetGroups(busy);
        return search();
      },
    },
    monthRounds,
  );
  const first = measureTimes(
    {
      pass,
      search: () => {
        forgetAll(busy);
        return search();
      },
    },
    monthRounds,
  );
  const warm = measureTimes({ pass, search }, monthRounds);
  say('  day searches');
  const days = measureTimes(
    { anybody: () => findSlots(busy, day('anybody')), listed: () => findSlots(busy, day('listed')) },
    { repeat: 1, rounds: 401 },
  );
  say('  compiling the site for a year');
  const model = spaSite(firstDate, 0.7);
  const compile = measureTimes({ site: () => compileSite(model, firstDate, maxHorizonDays) }, { repeat: 1, rounds: 5 });
  const unit = 'ms';
  const row = (name: string, times: { pass: number; kernel?: number; search?: number }, most?: number): BenchRow =>
    benchRow({
      ...{ name: `kernel: ${name}`, figure: times.kernel ?? times.search ?? Number.NaN, unit, against: times.pass },
      ...(most !== undefined && { bar: { of: 'figure', is: '<=', value: most } }),
    });
  return [
    row('all lanes, 31 days', lanes, 0.5),
    row('all lanes, fully booked', fullLanes, 0.5),
    row('month search, cold unions', cold, 0.5),
    row('month search, no cache at all', first, 0.5),
    row('month search, warm', warm, 0.15),
    benchRow({ name: 'kernel: day search, 200 x 50 listed', figure: days.anybody, unit }),
    benchRow({ name: 'kernel: day search, 12 x 8 listed', figure: days.listed, unit }),
    benchRow({ name: 'kernel: compile the site for a year', figure: compile.site, unit }),
  ];
}

const monthRounds = { repeat: 1, rounds: 401 };

function month(appointmentTypeId: string): SlotQuery {
  return query(appointmentTypeId, firstDate, lastDate);
}

function day(appointmentTypeId: string): SlotQuery {
  const date = addDays(firstDate, 10);
  return query(appointmentTypeId, date, date);
}

function query(appointmentTypeId: string, dateFrom: string, dateTo: string): SlotQuery {
  const nowMs = Date.parse(`${firstDate}T00:00:00Z`);
  return { appointmentTypeId, dateFrom, dateTo, nowMs, durationMinutes: 60, guests: 1, memberships: [] };
}

type Window = readonly [fromWord: number, toWord: number];

function windowOf({ horizon }: CompiledSite): Window {
  const days = daysOf(horizon, firstDate, lastDate) ?? [];
  return [(days[0]?.fromBit ?? 0) >>> 5, Math.ceil((days.at(-1)?.toBit ?? 0) / 32)];
}

/** What the search asks of the site, without any cache. */
function demandsOf(site: CompiledSite): Demand[] {
  const shape = { durationBuckets: 12, bufferBuckets: 3 };
  const within = openStarts(site, shape.durationBuckets);
  return [site.practitioners, site.rooms].map((resources) => ({
    lanes: [...resources.values()].flatMap((resource) => lanesOf(resource, resource.claimed, 'whole')),
    atLeast: 1,
    shape,
    within,
  }));
}

/** Reads every word of working and of claimed time once. */
function passOver(site: CompiledSite, [fromWord, toWord]: Window): number {
  let seen = 0;
  for (const resources of [site.practitioners, site.rooms]) {
    for (const { work, claimed } of resources.values()) {
      const { any } = claimed;
      for (let word = fromWord; word < toWord; word++) seen |= (work[word] ?? 0) ^ (any[word] ?? 0);
    }
  }
  return seen;
}

/** Leaves the unions over resources to be computed again, which every change of a claim does in part. */
function forgetGroups(site: CompiledSite): void {
  site.caches.groups.clear();
  for (const resources of [site.practitioners, site.rooms]) {
    for (const { groups } of resources.values()) groups.clear();
  }
}

/** The state of a site that was compiled just now. */
function forgetAll(site: CompiledSite): void {
  forgetGroups(site);
  for (const cache of [site.caches.grids, site.caches.openStarts, site.caches.typeStarts]) cache.clear();
}
