import { lastSetBit, nextSetBit } from './bitset.ts';
import type { CompiledSite } from './compile-site.ts';
import { bookableStarts } from './find-slots.ts';
import { msOfBit } from './horizon.ts';
import type { SlotQuery } from './model.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';

/** Whether a local date has a bookable start, and its first and last one. */
export interface BookableDate {
  readonly date: string;
  readonly hasAvailability: boolean;
  readonly bookableFromMs: number | null;
  readonly bookableToMs: number | null;
}

/** The dates of the query with and without bookable starts: bit operations only, whatever the number of days. */
export function findBookableDates(site: CompiledSite, query: SlotQuery): BookableDate[] {
  const plan = planSearch(site, query);
  return datesOf(plan, bookableStarts(plan));
}

/** The same where any of several durations will do: from the first start of any to the last. */
export function findDatesOfAny(
  site: CompiledSite,
  query: SlotQuery,
  durationsMinutes: readonly number[],
): BookableDate[] {
  const [first = [], ...others] = durationsMinutes.map((durationMinutes) =>
    findBookableDates(site, { ...query, durationMinutes }),
  );
  return first.map((date, index) => others.reduce((sum, dates) => eitherOf(sum, dates[index] ?? sum), date));
}

function eitherOf(a: BookableDate, b: BookableDate): BookableDate {
  if (!a.hasAvailability || !b.hasAvailability) return a.hasAvailability ? a : b;
  return {
    ...a,
    bookableFromMs: Math.min(a.bookableFromMs ?? 0, b.bookableFromMs ?? 0),
    bookableToMs: Math.max(a.bookableToMs ?? 0, b.bookableToMs ?? 0),
  };
}

/** The dates of a search by its bookable starts; bit 0 of them is bit 0 of `fromWord`. */
export function datesOf(
  { site, days, fromWord }: Pick<SearchPlan, 'site' | 'days' | 'fromWord'>,
  starts: Uint32Array,
): BookableDate[] {
  const base = fromWord * 32;
  return days.map(({ day, fromBit, toBit }) => {
    const first = nextSetBit(starts, fromBit - base, toBit - base);
    if (first < 0) return { date: day.date, hasAvailability: false, bookableFromMs: null, bookableToMs: null };
    const last = lastSetBit(starts, fromBit - base, toBit - base);
    return {
      date: day.date,
      hasAvailability: true,
      bookableFromMs: msOfBit(site.horizon, base + first),
      bookableToMs: msOfBit(site.horizon, base + last),
    };
  });
}
