import type { ListSessionsRequest } from '@lido/proto/lido/availability/v1/session.ts';
import { addDays, dateOf, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';

/** The times a list of sessions asks for, in one time zone: from the first instant on, before the second one. */
export interface StartRange {
  fromMs: number | null;
  beforeMs: number | null;
}

type AskedTimes = Pick<ListSessionsRequest, 'startTimeFrom' | 'startTimeTo' | 'date' | 'dateFrom' | 'dateTo'>;

/** Whether a list asks for any times. */
export function asksForTimes({ startTimeFrom, startTimeTo, date, dateFrom, dateTo }: AskedTimes): boolean {
  return [startTimeFrom, startTimeTo, date, dateFrom, dateTo].some((value) => value);
}

/** All of a list's times together. Dates are local ones and inclusive; the instant of `start_time_to` is inclusive too. */
export function startRange(asked: AskedTimes, zone: string): StartRange {
  const from = [asked.startTimeFrom, asked.date, asked.dateFrom].flatMap((text) =>
    text ? [firstInstant(text, zone)] : [],
  );
  const before = [asked.startTimeTo, asked.date, asked.dateTo].flatMap((text) =>
    text ? [endInstant(text, zone)] : [],
  );
  return {
    fromMs: from.length > 0 ? Math.max(...from) : null,
    beforeMs: before.length > 0 ? Math.min(...before) : null,
  };
}

function firstInstant(text: string, zone: string): number {
  return parseInstant(text) ?? startOfDay(dateOf(text) ?? text, zone);
}

function endInstant(text: string, zone: string): number {
  const instant = parseInstant(text);
  return instant === undefined ? startOfDay(addDays(dateOf(text) ?? text, 1), zone) : instant + 1;
}
