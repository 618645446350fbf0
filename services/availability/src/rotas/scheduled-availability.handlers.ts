import type {
  ListScheduledAvailabilityRequest,
  ListScheduledAvailabilityResponse,
  ScheduledAvailability,
} from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { asked, pageOf } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { formatInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { PractitionerEntity, type PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import { layOutHorizon } from '../solver/horizon.ts';
import { workingTimesOf } from './schedule.repository.ts';
import { overlap, workingDays } from './schedule.ts';
import { type ScheduleRange, scheduleRange } from './schedule-range.ts';

/** Lists when practitioners work, by name and time, each in the time zone of their first site. Nothing booked is subtracted. */
export async function listScheduledAvailability(
  request: ListScheduledAvailabilityRequest,
  call: Call,
): Promise<ListScheduledAvailabilityResponse> {
  const { page, perPage, offset } = pageOf(request);
  const rows = await practitionersOf(request, call);
  const zones = await zonesOf(call.em, [...new Set(rows.map(({ siteIds }) => siteIds[0] ?? ''))]);
  const zoneOf = ({ siteIds }: PractitionerRow): string => zones.get(siteIds[0] ?? '') ?? 'UTC';
  const ranges = new Map([...new Set(['UTC', ...zones.values()])].map((zone) => [zone, rangeIn(zone, request, call)]));
  const firstMs = Math.min(...[...ranges].map(([zone, { dateFrom }]) => startOfDay(dateFrom, zone)));
  const timesOf = await workingTimesOf(call.em, rows, firstMs);
  const all = rows.flatMap((row) => {
    const zone = zoneOf(row);
    const { dateFrom, dayCount, ...bounds } = ranges.get(zone) ?? rangeIn(zone, request, call);
    return workingDays(layOutHorizon(zone, dateFrom, dayCount), timesOf(row)).flatMap(({ date, source, windows }) =>
      windows
        .filter((window) => overlap(window, bounds))
        .map((window) => ({ practitionerId: row.id, date, source, window, zone })),
    );
  });
  const data = all.slice(offset, offset + perPage).map(
    ({ window, zone, ...item }): ScheduledAvailability => ({
      ...item,
      startTime: formatInstant(window.fromMs, zone),
      endTime: formatInstant(window.toMs, zone),
    }),
  );
  return { data, page: { page, perPage, total: all.length } };
}

function practitionersOf(request: ListScheduledAvailabilityRequest, call: Call): Promise<PractitionerRow[]> {
  const ids = asked(request.practitionerIds);
  const isOpen = listable(practitioners.scope, call, asked(request.siteId));
  const where = { $and: [isOpen, { deletedAt: null }, ids ? { id: { $in: ids } } : {}] };
  return call.em.find(PractitionerEntity, where, { orderBy: { name: 'asc', id: 'asc' }, disableIdentityMap: true });
}

function rangeIn(zone: string, request: ListScheduledAvailabilityRequest, call: Call): ScheduleRange {
  const range = scheduleRange(request, zone, call.clock.nowMs());
  if ('errors' in range) throw invalid(range.errors);
  return range;
}
