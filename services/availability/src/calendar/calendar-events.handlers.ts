import type {
  CalendarEventType,
  CalendarOccupancy,
  GetCalendarOccupancyRequest,
  ListCalendarEventsRequest,
  ListCalendarEventsResponse,
} from '@lido/proto/lido/availability/v1/calendar.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may } from '@lido/runtime/grpc/principal.ts';
import { asked } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { permittedSites, requireSite } from '@lido/runtime/resource/scope.ts';
import { dateOf, localDateOf } from '@lido/runtime/time/zone.ts';
import { idsInZones } from '../zones/zone.repository.ts';
import { eventsOf, type SiteDay, siteDay } from './calendar-day.repository.ts';
import { type DayEvent, isWanted, occupancyOf, placeEvents } from './calendar-event.ts';
import { toCalendarEvent } from './event-message.ts';

/** Lists what takes place on a date at the site asked for, or at all where the caller may see reservations. */
export async function listCalendarEvents(
  request: ListCalendarEventsRequest,
  call: Call,
): Promise<ListCalendarEventsResponse> {
  const { viewType: view } = request;
  const response: ListCalendarEventsResponse = { data: [], meta: null };
  const isInZone = await zoneFilter(request, call);
  for (const day of await daysOf(permittedSites(call, asked(request.siteId)), request.date, call)) {
    const events = await eventsOf(call.em, day);
    const showing = {
      ...{ view, zone: day.zone, payments: request.includePayments === true },
      customers: request.includeCustomers === true && may(call.principal, 'customers.view', day.siteId),
    };
    const placed = placeEvents(events.filter(isInZone), view).filter((one) =>
      isWanted(one, request.events, eventTypeTexts[one.event.type]),
    );
    response.data.push(...placed.map((one) => toCalendarEvent(one, showing)));
    response.meta = added(response.meta, occupancyOf(events, { view, isInZone }, day));
  }
  return response;
}

/** Counts the guests of a date. */
export async function getCalendarOccupancy(
  request: GetCalendarOccupancyRequest,
  call: Call,
): Promise<CalendarOccupancy> {
  const { siteId, date, viewType: view } = request;
  requireSite(call, siteId);
  const isInZone = await zoneFilter(request, call);
  const [day = siteDay(siteId, 'UTC', date)] = await daysOf([siteId], date, call);
  return occupancyOf(await eventsOf(call.em, day), { view, isInZone }, day);
}

/** Whether an event has a resource in one of the zones asked for. */
async function zoneFilter({ zoneId }: { zoneId: string[] }, { em }: Call): Promise<(event: DayEvent) => boolean> {
  if (zoneId.length === 0) return () => true;
  const ids = await idsInZones(em, zoneId);
  return ({ practitioners, rooms, areas }) => [...practitioners, ...rooms, ...areas].some(({ id }) => ids.has(id));
}

/** A date at each of the sites by its own clocks; without one, each site's today. */
async function daysOf(siteIds: string[], date: string | null | undefined, { em, clock }: Call): Promise<SiteDay[]> {
  const zones = await zonesOf(em, siteIds);
  return siteIds.map((siteId) => {
    const zone = zones.get(siteId) ?? 'UTC';
    return siteDay(siteId, zone, dateOf(date ?? '') ?? localDateOf(clock.nowMs(), zone));
  });
}

/** The guests of one more site; its hours stand behind those of the others. */
function added(sum: CalendarOccupancy | null, site: CalendarOccupancy): CalendarOccupancy {
  if (sum === null) return site;
  return {
    occupancyPerDay: sum.occupancyPerDay + site.occupancyPerDay,
    occupancyForView: sum.occupancyForView + site.occupancyForView,
    occupancyPerHour: sum.occupancyPerHour.map((hour, index) => ({
      time: hour.time,
      guests: hour.guests + (site.occupancyPerHour[index]?.guests ?? 0),
    })),
  };
}

/** Event types as clients write them. */
const eventTypeTexts: Record<CalendarEventType, string> = {
  CALENDAR_EVENT_TYPE_UNSPECIFIED: '',
  CALENDAR_EVENT_TYPE_APPOINTMENT: 'appointment',
  CALENDAR_EVENT_TYPE_SESSION: 'session',
  CALENDAR_EVENT_TYPE_AREA_BOOKING: 'area_booking',
  CALENDAR_EVENT_TYPE_BLOCKED_TIME: 'blocked_time',
};
