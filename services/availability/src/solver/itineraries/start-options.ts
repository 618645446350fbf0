import type { CompiledSite } from '../compile-site.ts';
import { dayPrices, priceAt } from '../find-slots.ts';
import { msOfBit } from '../horizon.ts';
import { type PlannedStay, planStay, startsOfStay, stayAt } from './area-starts.ts';
import { type AreaStay, canStayBeside } from './assign-areas.ts';
import type { Joining, Task } from './assign-resources.ts';
import { type PlannedItem, planItem, startsOfItem, tasksAt } from './item-tasks.ts';
import type { AppointmentItem, AreaItem, ListedStart, Visit } from './visit.ts';
import type { Work } from './work.ts';

/** One start of one item, possible by itself, with what it takes there. */
export type StartOption = AppointmentStart | AreaStart | ListedOption;

interface OptionTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly amountMinor: number;
}

export interface AppointmentStart extends OptionTimes {
  readonly kind: 'appointment';
  readonly planned: PlannedItem;
  readonly bit: number;
  readonly tasks: readonly Task[];
}

export interface AreaStart extends OptionTimes {
  readonly kind: 'area';
  readonly stay: AreaStay;
}

export interface ListedOption extends OptionTimes {
  readonly kind: 'listed';
  readonly start: ListedStart;
  readonly guests: number;
}

/** Everything an item can be by itself on the date of the visit, in the order of the starts. */
export function startOptions(site: CompiledSite, visit: Visit, index: number): StartOption[] {
  const item = visit.items[index];
  if (item === undefined) return [];
  if (item.kind === 'appointment') return appointmentStarts(site, item, visit.date, index);
  if (item.kind === 'area') return areaStarts(site, item, visit.date);
  return item.starts
    .filter(({ places }) => places >= item.guests)
    .map((start): ListedOption => {
      const { startMs, endMs, amountMinor } = start;
      return { kind: 'listed', startMs, endMs, amountMinor, start, guests: item.guests };
    })
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

/** Whether what a start takes is free beside what others take. */
export function fitsBeside(
  others: readonly StartOption[],
  added: StartOption,
  { joining, work }: { readonly joining: Joining; readonly work: Work },
): boolean {
  const alike = <Kind extends StartOption['kind']>(kind: Kind) =>
    others.filter((other): other is Extract<StartOption, { kind: Kind }> => other.kind === kind);
  if (added.kind === 'listed') return hasPlaces(alike('listed'), added);
  if (added.kind === 'area') {
    const stays = alike('area').map(({ stay }) => stay);
    return canStayBeside(stays, added.stay, work);
  }
  const taken = alike('appointment').flatMap(({ tasks }) => tasks);
  return joining.canJoin(taken, added.tasks);
}

/** Whether a listed start and those chosen already that share its places leave room for all their guests at every instant. */
export function hasPlaces(chosen: readonly ListedOption[], added: ListedOption): boolean {
  const sharing = [...chosen.filter(({ start }) => start.placeId === added.start.placeId), added];
  return sharing.every(({ startMs }) => {
    const running = sharing.filter((other) => other.startMs <= startMs && startMs < other.endMs);
    const guests = running.reduce((sum, other) => sum + other.guests, 0);
    return running.every(({ start }) => guests <= start.places);
  });
}

function appointmentStarts(
  site: CompiledSite,
  { query, guestIds, startsMs }: AppointmentItem,
  date: string,
  index: number,
): StartOption[] {
  const planned = planItem(site, { ...query, guestIds, dateFrom: date, dateTo: date }, index, 0);
  const prices = dayPrices(planned.plan, planned.day);
  return startsOfItem(planned).flatMap((bit) => {
    if (startsMs?.includes(msOfBit(site.horizon, bit)) === false) return [];
    const price = priceAt(prices, planned.day, bit);
    return price === undefined ? [] : [appointmentStart(planned, bit, price.amountMinor * query.guests)];
  });
}

function appointmentStart(planned: PlannedItem, bit: number, amountMinor: number): AppointmentStart {
  const { horizon } = planned.plan.site;
  let tasks: readonly Task[] | undefined;
  return {
    kind: 'appointment',
    startMs: msOfBit(horizon, bit),
    endMs: msOfBit(horizon, bit + planned.plan.shape.durationBuckets),
    amountMinor,
    planned,
    bit,
    // Most starts are never looked at.
    get tasks() {
      tasks ??= tasksAt(planned, bit);
      return tasks;
    },
  };
}

function areaStarts(site: CompiledSite, { query, guestIds, startsMs }: AreaItem, date: string): StartOption[] {
  const planned = planStay(site, { ...query, guestIds, dateFrom: date, dateTo: date });
  return startsOfStay(planned).flatMap(({ bit, amountMinor }) => {
    if (startsMs?.includes(msOfBit(site.horizon, bit)) === false) return [];
    return [areaStart(planned, bit, amountMinor)];
  });
}

function areaStart(planned: PlannedStay, bit: number, amountMinor: number): AreaStart {
  const { horizon } = planned.plan.site;
  let stay: AreaStay | undefined;
  return {
    kind: 'area',
    startMs: msOfBit(horizon, bit),
    endMs: msOfBit(horizon, bit + planned.duration.shape.durationBuckets),
    amountMinor,
    get stay() {
      stay ??= stayAt(planned, bit);
      return stay;
    },
  };
}
