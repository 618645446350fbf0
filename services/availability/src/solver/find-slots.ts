import { bucketTexts, type LocalDay, wallMinuteOf } from '@lido/runtime/time/local-day.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';
import { andInto, nextSetBit } from './bitset.ts';
import { bestCombination, type Combination } from './combinations.ts';
import type { CompiledSite } from './compile-site.ts';
import { type FreeTable, freeAt, preferOnDay, quantitiesAt, tabulateFree } from './free-resources.ts';
import { bitFrom, dayOfBit, type HorizonDay, msOfBit } from './horizon.ts';
import type { PriceRule, SlotQuery } from './model.ts';
import { type DatedPriceRule, firstMatch, priceRulesOfDay } from './price.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';

export interface NamedResource {
  readonly id: string;
  readonly name: string;
}

/** A bookable start and what can deliver it. */
export interface Slot {
  /** Bucket of the day, an index into `bucketTexts(day)`. */
  readonly startBucket: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Every free practitioner and room, best choice first. Neighbouring slots with the same ones share one array. */
  readonly practitioners: readonly NamedResource[];
  readonly rooms: readonly NamedResource[];
  /** How many bookings of this size fit at this start, as things stand and with nothing claimed. */
  readonly quantityAvailable: number;
  readonly totalQuantity: number;
  readonly amountMinor: number;
  /** The combination this answer stands on. */
  readonly combination: Combination;
}

/** The bookable starts of one local date, in order. */
export interface SlotDay {
  readonly day: LocalDay;
  readonly slots: readonly Slot[];
}

/** The bookable starts of an appointment type for each local date of the query. */
export function findSlots(site: CompiledSite, query: SlotQuery): SlotDay[] {
  const plan = planSearch(site, query);
  const starts = bookableStarts(plan);
  const free = tabulateFree(plan);
  return plan.days.map((day) => ({ day: day.day, slots: slotsOfDay(plan, starts, free, day) }));
}

/** The bits of a plan's starts that meet every condition; bit 0 is bit 0 of the plan's `fromWord`. */
export function bookableStarts(plan: Pick<SearchPlan, 'grid' | 'layers'>): Uint32Array {
  const starts = plan.grid.slice();
  for (const { bits } of plan.layers) andInto(starts, bits);
  return starts;
}

/** An instant of the grid inside the compiled days as text with its offset, by table look-up. */
export function gridText({ horizon }: CompiledSite, epochMs: number): string {
  const bit = bitFrom(horizon, epochMs);
  const day = dayOfBit(horizon, bit);
  const text = day === undefined ? undefined : bucketTexts(day.day)[bit - day.fromBit];
  if (text === undefined) throw new RangeError(`${formatUtcMs(epochMs)} is outside the compiled days.`);
  return text;
}

/** The price rule of a start, given its day's rules. */
export function priceAt(
  rules: readonly DatedPriceRule[],
  { day, fromBit }: HorizonDay,
  bit: number,
): PriceRule | undefined {
  return firstMatch(rules, wallMinuteOf(day, bit - fromBit));
}

/** A day's price rules for a plan, most specific first. */
export function dayPrices({ type, query }: SearchPlan, { day }: HorizonDay): DatedPriceRule[] {
  return priceRulesOfDay(type.priceRules, day.date, day.weekday, query.durationMinutes);
}

function slotsOfDay(plan: SearchPlan, starts: Uint32Array, free: FreeTable, day: HorizonDay): Slot[] {
  const base = plan.fromWord * 32;
  const slots: Slot[] = [];
  const last = day.toBit - base;
  let index = nextSetBit(starts, day.fromBit - base, last);
  if (index < 0) return slots;
  const table = preferOnDay(plan, free, day);
  const prices = dayPrices(plan, day);
  const sharePractitioners = nameSharing();
  const shareRooms = nameSharing();
  for (; index >= 0; index = nextSetBit(starts, index + 1, last)) {
    const bit = base + index;
    const freeNow = freeAt(plan, table, index);
    const combination = bestCombination(plan, freeNow, bit);
    const price = priceAt(prices, day, bit);
    if (combination === undefined || price === undefined) continue;
    const { available, total } = quantitiesAt(plan, table, freeNow, index);
    slots.push({
      startBucket: bit - day.fromBit,
      startMs: msOfBit(plan.site.horizon, bit),
      endMs: combination.endMs,
      practitioners: sharePractitioners(freeNow.practitioners, ({ practitioner }) => practitioner),
      rooms: shareRooms(freeNow.rooms, ({ resource }) => resource.room),
      quantityAvailable: available,
      totalQuantity: total,
      amountMinor: price.amountMinor,
      combination,
    });
  }
  return slots;
}

/** Answers the array it answered before while the resources stay the same, so that an encoder can reuse its text. */
function nameSharing(): <T>(free: readonly T[], nameOf: (resource: T) => NamedResource) => readonly NamedResource[] {
  let shared: readonly NamedResource[] = [];
  return (free, nameOf) => {
    const isSame = free.length === shared.length && free.every((resource, index) => nameOf(resource) === shared[index]);
    if (!isSame) shared = free.map(nameOf);
    return shared;
  };
}
