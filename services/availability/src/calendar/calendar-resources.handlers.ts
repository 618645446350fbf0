import type { BlockedTime } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type {
  CalendarResource,
  CalendarResources,
  GetCalendarResourcesRequest,
  TimeWindow,
} from '@lido/proto/lido/availability/v1/calendar.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { asked } from '@lido/runtime/resource/list.ts';
import { permittedSites } from '@lido/runtime/resource/scope.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import { areasInOrder } from '../areas/areas-in-order.repository.ts';
import { workingPractitioners } from '../practitioners/working-practitioners.repository.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';
import { type Horizon, layOutHorizon, msOfBit } from '../solver/horizon.ts';
import type { SiteModel } from '../solver/model.ts';
import { openingBits, ruledBits } from '../solver/open-time.ts';
import { zoneIdsOf } from '../zones/zone.repository.ts';
import { blockedDuring, siteDay } from './calendar-day.repository.ts';
import { windowsOf } from './windows.ts';

/** Minutes between a calendar's lines at a site whose appointments say nothing of it. */
const usualSlotMinutes = 15;

/** Tells who and what a site's calendar has columns for on a date, past ones too. */
export function getCalendarResources(sites: CompiledSites) {
  return async (request: GetCalendarResourcesRequest, call: Call): Promise<CalendarResources> => {
    const [siteId = ''] = permittedSites(call, asked(request.siteId));
    const versioned = await sites.get(siteId, call);
    if (!versioned) throw notFound(siteId);
    const { model } = versioned.compiled;
    const date = dateOf(request.date) ?? request.date;
    const horizon = layOutHorizon(model.zone, date, 1);
    const opening = openingBits(horizon, model.openingHours, model.openingExceptions);
    const zones = await zoneIdsOf(call.em, siteId);
    const isInZone = (zoneIds: readonly string[]): boolean =>
      request.zoneId.length === 0 || zoneIds.some((id) => request.zoneId.includes(id));
    const isShown = ({ zoneIds }: CalendarResource): boolean => isInZone(zoneIds);
    const isBlockShown = ({ practitionerIds, roomIds, areaIds }: BlockedTime): boolean =>
      isInZone([...practitionerIds, ...roomIds, ...areaIds].flatMap((id) => zones.get(id) ?? []));
    const column = columnsOn(horizon, zones);
    const practitioners = await workingPractitioners(call.em, siteId, msOfBit(horizon, 0));
    return {
      practitioners: practitioners
        .map((practitioner, order) => column(practitioner, practitioner.work(horizon), order))
        .filter(isShown),
      rooms: model.rooms
        .map((room, order) => column(room, ruledBits(horizon, room.availabilityRules, opening), order))
        .filter(isShown),
      areas: (await areasInOrder(call.em, siteId))
        .map((area, order) => column(area, ruledBits(horizon, area.rules, opening), order))
        .filter(isShown),
      blockedTimes: (await blockedDuring(call.em, siteDay(siteId, model.zone, date))).filter(isBlockShown),
      openingHours: windowsOf(horizon, opening),
      slotDuration: slotMinutesOf(model),
    };
  };
}

function columnsOn(horizon: Horizon, zones: ReadonlyMap<string, string[]>) {
  return ({ id, name }: { id: string; name: string }, bits: Uint32Array, order: number): CalendarResource => {
    const availability: TimeWindow[] = windowsOf(horizon, bits);
    return { id, name, zoneIds: zones.get(id) ?? [], availability, order };
  };
}

/** The closest starts that any appointment type has. */
function slotMinutesOf({ appointmentTypes }: SiteModel): number {
  const intervals = appointmentTypes.map(({ startTimeIntervalMinutes }) => startTimeIntervalMinutes);
  return intervals.length === 0 ? usualSlotMinutes : Math.min(...intervals);
}
