import type { LocalDay } from '@lido/runtime/time/local-day.ts';
import { hasBit, nextSetBit } from './bitset.ts';
import type { CompiledSite } from './compile-site.ts';
import { dayPrices, type NamedResource, priceAt } from './find-slots.ts';
import { type FreeTable, freeAt, preferOnDay, quantitiesAt, tabulateFree } from './free-resources.ts';
import { type HorizonDay, msOfBit } from './horizon.ts';
import type { SlotQuery } from './model.ts';
import { type NoAvailabilityReason, reasonMessage } from './reason.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';

/** A candidate start: bookable, or with the first reason why it is not. */
export interface ExplainedSlot {
  readonly startBucket: number;
  readonly startMs: number;
  readonly endMs: number;
  /** What is free by itself, also where the start as a whole is refused. */
  readonly practitioners: readonly NamedResource[];
  readonly rooms: readonly NamedResource[];
  /** 0 where the start is refused. */
  readonly quantityAvailable: number;
  readonly totalQuantity: number;
  readonly amountMinor: number | null;
  readonly reason: NoAvailabilityReason | null;
  readonly message: string | null;
}

/** Every candidate start of each local date of the query, on the type's grid from midnight to midnight. */
export function explainSlots(site: CompiledSite, query: SlotQuery): { day: LocalDay; slots: ExplainedSlot[] }[] {
  const plan = planSearch(site, query);
  const table = tabulateFree(plan);
  return plan.days.map((day) => ({ day: day.day, slots: explainDay(plan, preferOnDay(plan, table, day), day) }));
}

function explainDay(plan: SearchPlan, table: FreeTable, day: HorizonDay): ExplainedSlot[] {
  const base = plan.fromWord * 32;
  const last = day.toBit - base;
  const prices = dayPrices(plan, day);
  const slots: ExplainedSlot[] = [];
  for (
    let index = nextSetBit(plan.grid, day.fromBit - base, last);
    index >= 0;
    index = nextSetBit(plan.grid, index + 1, last)
  ) {
    const bit = base + index;
    const reason = plan.layers.find(({ bits }) => !hasBit(bits, index))?.reason ?? null;
    const free = freeAt(plan, table, index);
    const { available, total } = quantitiesAt(plan, table, free, index);
    slots.push({
      startBucket: bit - day.fromBit,
      startMs: msOfBit(plan.site.horizon, bit),
      endMs: msOfBit(plan.site.horizon, bit + plan.shape.durationBuckets),
      practitioners: free.practitioners.map(({ practitioner: { id, name } }) => ({ id, name })),
      rooms: free.rooms.map(({ resource: { room } }) => ({ id: room.id, name: room.name })),
      quantityAvailable: reason === null ? available : 0,
      totalQuantity: total,
      amountMinor: priceAt(prices, day, bit)?.amountMinor ?? null,
      reason,
      message: reason === null ? null : messageFor(plan.query, reason),
    });
  }
  return slots;
}

/** The sentence for a reason, which names what the query asked for in particular. */
export function messageFor(query: SlotQuery, reason: NoAvailabilityReason): string {
  const wasRequested =
    reason === 'no_practitioners_available'
      ? (query.practitionerIds ?? []).length > 0
      : (query.roomIds ?? []).length > 0;
  return reasonMessage(reason, wasRequested);
}
