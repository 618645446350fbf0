import { addDays, formatInstant } from '@lido/runtime/time/zone.ts';
import { getSlots } from 'slot-calculator';
import { compileSite } from '../../services/availability/src/solver/compile-site.ts';
import type { Practitioner, SiteModel } from '../../services/availability/src/solver/model.ts';
import { findBookableDates } from '../../services/availability/src/solver/offering-dates.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { measureTimes } from './measure-time.ts';
import { bookedDays, spaSite } from './spa-site.ts';
import type { Workbench } from './workbench.ts';

const firstDate = '2026-06-01';
const lastDate = addDays(firstDate, bookedDays - 1);
const practitionerCount = 10;

/** The dates of a month on which one of ten practitioners has an hour: ours beside a calculator of slots from npm, on the same data. */
export function peerSolver({ say }: Workbench): Promise<BenchRow[]> {
  const whole = spaSite(firstDate, 0.7);
  const practitioners = whole.practitioners.slice(0, practitionerCount);
  const model: SiteModel = {
    ...whole,
    practitioners,
    rooms: [],
    appointmentTypes: whole.appointmentTypes
      .filter(({ id }) => id === 'anybody')
      .map((type) => ({
        ...type,
        practitionerIds: practitioners.map(({ id }) => id),
        roomIds: [],
        endBufferMinutes: 0,
      })),
  };
  const site = compileSite(model, firstDate, bookedDays);
  const query = {
    ...{ appointmentTypeId: 'anybody', dateFrom: firstDate, dateTo: lastDate, durationMinutes: 60, guests: 1 },
    ...{ nowMs: Date.parse(`${firstDate}T00:00:00Z`), memberships: [] },
  };
  const questions = practitioners.map((practitioner) => questionFor(practitioner, model));
  say(`  ${practitionerCount} practitioners, 31 days`);
  const times = measureTimes(
    {
      ours: () => findBookableDates(site, query),
      peer: () => new Set(questions.flatMap((question) => getSlots(question).availableDates)),
    },
    { repeat: 1, rounds: 5 },
  );
  const row = { name: 'month search beside slot-calculator, 10 practitioners', unit: 'ms' };
  return Promise.resolve([benchRow({ ...row, figure: times.ours, against: times.peer })]);
}

/** When somebody works and what they have, in the calculator's words. Its starts are an hour apart; ours a quarter. */
function questionFor({ id, rotas }: Practitioner, { claims, zone }: SiteModel): Parameters<typeof getSlots>[0] {
  return {
    from: `${firstDate}T00:00:00+01:00`,
    to: `${addDays(lastDate, 1)}T00:00:00+01:00`,
    duration: 60,
    outputTimezone: zone,
    availability: rotas.flatMap(({ rules }) =>
      rules.map(({ weekday, timeFrom, timeTo }) => ({
        day: `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)}`,
        ...{ from: timeFrom, to: timeTo, timezone: zone },
      })),
    ),
    unavailability: claims
      .filter(({ resourceId }) => resourceId === id)
      .map(({ fromMs, toMs }) => ({ from: formatInstant(fromMs, zone), to: formatInstant(toMs, zone) })),
  };
}
