import { setImmediate } from 'node:timers/promises';
import type { AvailabilityMeta } from '@lido/proto/lido/availability/v1/shop.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import type { DateRange } from './search.repository.ts';

/** So many starts are searched and written at once; each stretch plans its search anew, which costs a search of a month a tenth where it is done for each day. */
const startsPerStretch = 1_000;
const minutesPerDay = 1_440;

/** What is asked of every start of a range. */
interface Question<Answer> {
  readonly range: DateRange;
  /** From one start to the next, on average. */
  readonly minutesPerStart: number;
  /** The answer for a few dates of the range. */
  readonly answer: (dates: DateRange) => Answer;
}

/**
 * The answer for a range in several messages, which joined are the whole; other calls have their turn between two. The first message
 * brings what stands beside the starts: no date is answered by older data than the version that it names.
 */
export async function* inStretches<Answer extends { meta: AvailabilityMeta | null }>({
  range: { dateFrom, dateTo },
  minutesPerStart,
  answer,
}: Question<Answer>): AsyncGenerator<Answer> {
  const days = Math.max(1, Math.floor((startsPerStretch * minutesPerStart) / minutesPerDay));
  for (let from = dateFrom; from <= dateTo; from = addDays(from, days)) {
    const last = addDays(from, days - 1);
    const isFirst = from === dateFrom;
    if (!isFirst) await setImmediate();
    const part = answer({ dateFrom: from, dateTo: last < dateTo ? last : dateTo });
    yield isFirst ? part : { ...part, meta: null };
  }
}
