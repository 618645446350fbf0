import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';

export interface SessionTimes {
  startTime: Date;
  endTime: Date;
}

type AskedTimes = Pick<Session, 'startTime' | 'endTime' | 'duration'>;

const minuteMs = 60_000;
const minutesMax = 1_440;

/** The times of a new session: its end, else its duration, else its type's. */
export function timesOfNew(asked: AskedTimes, typeMinutes: number): SessionTimes {
  const startMs = parseInstant(asked.startTime) ?? 0;
  const endMs = asked.endTime
    ? (parseInstant(asked.endTime) ?? 0)
    : startMs + (asked.duration ?? typeMinutes) * minuteMs;
  return checked(startMs, endMs);
}

/**
 * The times of a session after a change. Clients send whole sessions back with one field changed, so that of start, end and duration
 * only what differs from the session as it stands is a wish: a new start keeps the duration, a new end or duration keeps the start.
 * A cleared end or duration takes the type's duration.
 */
export function changedTimes(
  asked: AskedTimes,
  mask: readonly string[],
  { current, typeMinutes }: { current: SessionTimes; typeMinutes: number },
): SessionTimes {
  const [currentStartMs, currentEndMs] = [current.startTime.getTime(), current.endTime.getTime()];
  const currentMinutes = (currentEndMs - currentStartMs) / minuteMs;
  if (mask.includes('start_time') && !asked.startTime)
    throw invalid({ start_time: ['The start time can not be empty.'] });
  const startMs = mask.includes('start_time') ? (parseInstant(asked.startTime) ?? 0) : currentStartMs;
  const askedEndMs = asked.endTime ? (parseInstant(asked.endTime) ?? 0) : startMs + typeMinutes * minuteMs;
  const askedMinutes = asked.duration ?? typeMinutes;
  const isNewEnd = mask.includes('end_time') && askedEndMs !== currentEndMs;
  const isNewDuration = mask.includes('duration') && askedMinutes !== currentMinutes;
  const endMs = isNewEnd ? askedEndMs : startMs + (isNewDuration ? askedMinutes : currentMinutes) * minuteMs;
  if (isNewEnd && isNewDuration && askedEndMs !== startMs + askedMinutes * minuteMs) {
    throw invalid({ duration: ['The duration and the end say different things. Please send one of them.'] });
  }
  return checked(startMs, endMs);
}

function checked(startMs: number, endMs: number): SessionTimes {
  if (endMs <= startMs) throw invalid({ end_time: ['The end must be after the start.'] });
  if (endMs - startMs > minutesMax * minuteMs) throw invalid({ end_time: ['A session lasts a day at most.'] });
  return { startTime: new Date(startMs), endTime: new Date(endMs) };
}
