import { describe, expect, test } from 'vitest';
import { changedTimes, timesOfNew } from './session-times.ts';

const at = (time: string) => `2026-06-01T${time}:00+00:00`;
const current = { startTime: new Date(at('10:00')), endTime: new Date(at('11:00')) };
const change = (asked: object, mask: string[]) => {
  const { startTime, endTime } = changedTimes({ startTime: '', ...asked }, mask, { current, typeMinutes: 45 });
  return [startTime, endTime].map((instant) => instant.toISOString().slice(11, 16));
};

describe('the times of a new session', () => {
  test('end where it says, else after its duration, else after its type\u2019s', () => {
    const minutes = (asked: object) => {
      const { startTime, endTime } = timesOfNew({ startTime: at('10:00'), ...asked }, 45);
      return (endTime.getTime() - startTime.getTime()) / 60_000;
    };
    expect([minutes({ endTime: at('12:00') }), minutes({ duration: 30 }), minutes({})]).toEqual([120, 30, 45]);
  });

  test('never end before they start, nor last longer than a day', () => {
    expect(() => timesOfNew({ startTime: at('10:00'), endTime: at('10:00') }, 45)).toThrow();
    expect(() => timesOfNew({ startTime: at('10:00'), endTime: '2026-06-02T10:01:00Z' }, 45)).toThrow();
  });
});

describe('a changed session', () => {
  test.each([
    ['a new start keeps the duration', { startTime: at('14:00') }, ['start_time'], ['14:00', '15:00']],
    ['a new end keeps the start', { endTime: at('12:30') }, ['end_time'], ['10:00', '12:30']],
    ['a new duration keeps the start', { duration: 30 }, ['duration'], ['10:00', '10:30']],
    ['a cleared duration is the type\u2019s', { duration: null }, ['duration'], ['10:00', '10:45']],
    ['a cleared end is the type\u2019s duration after the start', { endTime: null }, ['end_time'], ['10:00', '10:45']],
    ['what the mask does not name stays', { startTime: at('14:00'), duration: 5 }, [], ['10:00', '11:00']],
  ])('%s', (_title, asked, mask, expected) => {
    expect(change(asked, mask)).toEqual(expected);
  });

  test('is read rightly when the whole session comes back with one field changed', () => {
    const mask = ['start_time', 'end_time', 'duration'];
    const whole = { startTime: at('10:00'), endTime: at('11:00'), duration: 60 };
    expect(change({ ...whole, startTime: at('14:00') }, mask)).toEqual(['14:00', '15:00']);
    expect(change({ ...whole, duration: 90 }, mask)).toEqual(['10:00', '11:30']);
    expect(change({ ...whole, endTime: at('12:00') }, mask)).toEqual(['10:00', '12:00']);
  });

  test('whose end and duration say different things is refused', () => {
    expect(() => change({ endTime: at('12:00'), duration: 30 }, ['end_time', 'duration'])).toThrow();
  });
});
