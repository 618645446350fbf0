import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  GetRotaOfDateRequest,
  RotaOfDate,
  UpdateRotaOfDateRequest,
} from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { changeParent } from '@lido/runtime/resource/children-of.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { loadVisible, zonesOf } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { dateOf, weekdayOf } from '@lido/runtime/time/zone.ts';
import { rangeErrors, weekdayOfName } from '../offerings/rule.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import { type Horizon, layOutHorizon } from '../solver/horizon.ts';
import { CustomAvailabilityEntity, type CustomAvailabilityRow } from './custom-availability.entity.ts';
import { rotaOfDate } from './rota-of-date.ts';
import { workingTimesOf } from './schedule.repository.ts';
import { boundsOf, type Window, windowsOf, workingDays } from './schedule.ts';
import { type DayChange, setDay } from './set-day.ts';
import { toCustomAvailability, type WorkingTime } from './working-time.ts';

/** Says when a practitioner works on a date of their first site's calendar. */
export async function getRotaOfDate({ practitionerId, date }: GetRotaOfDateRequest, call: Call): Promise<RotaOfDate> {
  const practitioner = await loadVisible(practitioners, practitionerId, call, { use: 'read' });
  const { horizon, time } = await dayOf(call.em, practitioner, date);
  return rotaOfDate(horizon, time);
}

/** Makes exactly the times of the body worked on a date, by exceptions from the rota where these are needed. */
export function updateRotaOfDate(request: UpdateRotaOfDateRequest, call: Call): Promise<RotaOfDate> {
  const errors = rulesErrors(request);
  return changeParent({ parent: practitioners }, request.practitionerId, call, async (em, practitioner) => {
    if (Object.keys(errors).length > 0) throw invalid(errors);
    const { horizon, time } = await dayOf(em, practitioner, request.date);
    const [recurring] = workingDays(horizon, { ...time, customAvailability: [] });
    const [day] = horizon.days;
    if (!recurring || !day) throw new Error(`${request.date} is no day.`);
    const bounds = boundsOf(horizon, day);
    const rows = await exceptionsOf(em, practitioner, bounds);
    const wanted = windowsOf(horizon, request.availabilityRules);
    const exceptions = rows.map((row) => ({ id: row.id, ...toCustomAvailability(row) }));
    const change = setDay(exceptions, bounds, { wanted, recurring: recurring.windows });
    applyChange(em, { change, rows, parentId: practitioner.id }, call);
    await em.flush();
    const after = await dayOf(em, practitioner, request.date);
    return rotaOfDate(after.horizon, after.time);
  });
}

/** What is wrong with the times of a date: an end before the start, the weekday of another date. */
function rulesErrors({ date, availabilityRules }: UpdateRotaOfDateRequest): FieldErrors {
  const weekday = weekdayOf(dateOf(date) ?? date);
  const errors: FieldErrors = {};
  availabilityRules.forEach((rule, index) => {
    const at = `availability_rules.${index}`;
    Object.assign(errors, rangeErrors(at, rule));
    if (rule.weekday && weekdayOfName(rule.weekday) !== weekday)
      errors[`${at}.weekday`] = [`The weekday of this date is ${weekday}.`];
  });
  return errors;
}

async function dayOf(
  em: SqlEntityManager,
  practitioner: PractitionerRow,
  date: string,
): Promise<{ horizon: Horizon; time: WorkingTime }> {
  const [siteId = ''] = practitioner.siteIds;
  const zone = (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC';
  const horizon = layOutHorizon(zone, dateOf(date) ?? date, 1);
  const [day] = horizon.days;
  const times = await workingTimesOf(em, [practitioner], day ? boundsOf(horizon, day).fromMs : 0);
  return { horizon, time: times(practitioner) };
}

function exceptionsOf(em: SqlEntityManager, { id }: PractitionerRow, bounds: Window): Promise<CustomAvailabilityRow[]> {
  const [from, to] = [new Date(bounds.fromMs).toISOString(), new Date(bounds.toMs).toISOString()];
  const within = { dateTimeFrom: { $lt: to }, dateTimeTo: { $gt: from } };
  return em.find(CustomAvailabilityEntity, { parentId: id, deletedAt: null, ...within });
}

function applyChange(
  em: SqlEntityManager,
  { change, rows, parentId }: { change: DayChange; rows: CustomAvailabilityRow[]; parentId: string },
  call: Call,
): void {
  const { removedIds, trimmed, added } = change;
  const text = ({ fromMs, toMs }: Window) => ({
    dateTimeFrom: new Date(fromMs).toISOString(),
    dateTimeTo: new Date(toMs).toISOString(),
  });
  for (const row of rows) {
    const rest = trimmed.find(({ id }) => id === row.id);
    if (rest) Object.assign(row, text(rest));
    if (removedIds.includes(row.id)) row.deletedAt = new Date(call.clock.nowMs());
    touch(row, call);
  }
  for (const { isAvailable, ...window } of added) {
    const columns = { ...firstColumns(call), id: newShopId(), parentId, isAvailable, ...text(window) };
    em.create(CustomAvailabilityEntity, columns as never);
  }
}
