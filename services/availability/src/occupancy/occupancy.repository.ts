import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { areasInOrder } from '../areas/areas-in-order.repository.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';
import { workingPractitioners } from '../practitioners/working-practitioners.repository.ts';
import type { Horizon } from '../solver/horizon.ts';
import type { SiteModel } from '../solver/model.ts';
import { openingBits, ruledBits } from '../solver/open-time.ts';
import { idsInZones } from '../zones/zone.repository.ts';
import type { BusyTimes } from './busy-time.repository.ts';
import { countOccupancy, horizonOf, type Occupancy } from './count-occupancy.ts';
import { type AskedRange, isRange, type OccupancyRange, occupancyRange } from './occupancy-range.ts';

/** What a report may use of its call. */
export type Asking = Pick<Call, 'principal' | 'requestId' | 'em' | 'clock'>;

/** A resource of a report, and how its time is laid out. */
export interface Counted {
  readonly id: string;
  readonly name: string;
  /** How many it serves at once, where each place is sold by itself. */
  readonly places?: number;
  work(horizon: Horizon): Uint32Array;
}

/** One resource on one local date. */
export interface DatedOccupancy {
  readonly resource: { readonly id: string; readonly name: string };
  readonly date: string;
  readonly occupancy: Occupancy;
}

/** One site's part of a report. */
export interface SiteReport {
  readonly range: OccupancyRange;
  readonly resources: readonly Counted[];
  readonly busyTimes: BusyTimes;
}

/** Which resources of a site a report is about. */
export type ResourcesOf = (
  model: SiteModel,
  range: OccupancyRange,
  call: Asking,
) => readonly Counted[] | Promise<readonly Counted[]>;

/** A site's practitioners in its order, by their rotas and what overrides them. */
export const practitionersOf: ResourcesOf = ({ id }, { fromMs }, { em }) => workingPractitioners(em, id, fromMs);

/** A site's rooms, by its opening hours and their own rules; those named, or all. */
export const roomsOf =
  (roomIds: readonly string[]): ResourcesOf =>
  (model) =>
    model.rooms
      .filter(({ id }) => roomIds.length === 0 || roomIds.includes(id))
      .map(({ id, name, availabilityRules }) => ({
        id,
        name,
        work: (horizon) =>
          ruledBits(horizon, availabilityRules, openingBits(horizon, model.openingHours, model.openingExceptions)),
      }));

/** A site's bookable areas in its order, by its opening hours and their own rules; those named, or all. */
export const areasOf =
  (areaIds: readonly string[]): ResourcesOf =>
  async ({ id: siteId, openingHours, openingExceptions }, _range, { em }) =>
    (await areasInOrder(em, siteId))
      .filter(({ id }) => areaIds.length === 0 || areaIds.includes(id))
      .map(({ id, name, capacity, rules }) => ({
        ...{ id, name, places: capacity },
        work: (horizon) => ruledBits(horizon, rules, openingBits(horizon, openingHours, openingExceptions)),
      }));

/** The parts of a report, one for each site. A resource of several sites is counted once, with the first. */
export async function siteReports(
  sites: CompiledSites,
  siteIds: readonly string[],
  ask: { range: AskedRange; resourcesOf: ResourcesOf; busyTimes: BusyTimes; zoneIds: readonly string[] },
  call: Asking,
): Promise<SiteReport[]> {
  const seen = new Set<string>();
  const reports: SiteReport[] = [];
  const inZones = ask.zoneIds.length === 0 ? undefined : await idsInZones(call.em, ask.zoneIds);
  for (const siteId of [...siteIds].sort()) {
    const versioned = await sites.get(siteId, call);
    if (!versioned) throw notFound(siteId);
    const range = checkedRange(ask.range, versioned.site, call);
    const resources = (await ask.resourcesOf(versioned.compiled.model, range, call)).filter(
      ({ id }) => !seen.has(id) && inZones?.has(id) !== false,
    );
    for (const { id } of resources) seen.add(id);
    reports.push({ range, resources, busyTimes: ask.busyTimes });
  }
  return reports;
}

/** The range a request asks for at a site, or the refusal it deserves. */
export function checkedRange(
  range: AskedRange,
  { timezone }: Pick<Site, 'timezone'>,
  { clock }: Asking,
): OccupancyRange {
  const checked = occupancyRange(range, timezone, clock.nowMs());
  if (!isRange(checked)) throw invalid(checked);
  return checked;
}

const resourcesPerQuery = 50;

/** A site's resources on each date, resource by resource; so many are counted at a time that a year of a big site fits. */
export async function* countSite(
  { range, resources, busyTimes }: SiteReport,
  call: Asking,
): AsyncIterable<DatedOccupancy[]> {
  const horizon = horizonOf(range);
  for (let from = 0; from < resources.length; from += resourcesPerQuery) {
    const batch = resources.slice(from, from + resourcesPerQuery);
    const busy = await busyTimes(
      call.em,
      batch.map(({ id }) => id),
      range,
    );
    for (const resource of batch) {
      const { id, places = 1 } = resource;
      const counts = countOccupancy(horizon, range, { work: resource.work(horizon), places }, busy.get(id) ?? []);
      yield counts.map((occupancy, index) => ({
        resource: { id: resource.id, name: resource.name },
        date: horizon.days[index]?.day.date ?? '',
        occupancy,
      }));
    }
  }
}
