import { expect, test } from 'vitest';
import { regenerate } from './regenerate.ts';

const session = (id: string, startMs: number, hasBookings = false) => ({ id, startMs, hasBookings });

test('sessions with bookings stay and stand for their start; the rest follows the timetable', () => {
  const sessions = [
    session('booked', 1, true),
    session('booked elsewhere', 2, true),
    session('free', 3),
    session('gone', 4),
  ];
  expect(regenerate(sessions, [1, 3, 5], new Set())).toEqual({
    changed: [{ id: 'free', startMs: 3 }],
    added: [5],
    dropped: ['gone'],
  });
});

test('a start whose session somebody cancelled stays without one', () => {
  expect(regenerate([], [1, 2], new Set([2])).added).toEqual([1]);
});

test('of two sessions at one start the second is dropped', () => {
  expect(regenerate([session('a', 1), session('b', 1)], [1], new Set())).toEqual({
    ...{ changed: [{ id: 'a', startMs: 1 }], added: [], dropped: ['b'] },
  });
});
