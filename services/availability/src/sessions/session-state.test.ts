import { expect, test } from 'vitest';
import { type SessionQuestion, sessionState } from './session-state.ts';

const open: SessionQuestion = {
  startsAtMs: 10_000,
  nowMs: 0,
  capacity: 12,
  guestsTaken: 10,
  basketsTaken: 5,
  basketsMax: null,
  guests: 2,
  isQueued: false,
  isGuestElsewhere: false,
  isTooEarly: false,
  isTooLate: false,
  isPermitted: true,
  hasPrice: true,
};

test('the last places can be taken, one more can not', () => {
  expect(sessionState(open)).toEqual({ remainingCapacity: 2, reason: null });
  expect(sessionState({ ...open, guests: 3 })).toEqual({ remainingCapacity: 0, reason: 'session_full' });
});

test('a session that takes no more baskets has no places left, however many guests fit', () => {
  expect(sessionState({ ...open, basketsMax: 5 })).toEqual({ remainingCapacity: 0, reason: 'session_full' });
});

test('an overbooked session has no negative places', () => {
  expect(sessionState({ ...open, guestsTaken: 15 }).remainingCapacity).toBe(0);
});

test('the first reason in the order a guest would ask is given', () => {
  const everything = {
    ...open,
    nowMs: 20_000,
    isTooEarly: true,
    isTooLate: true,
    isPermitted: false,
    guests: 50,
    hasPrice: false,
  };
  const order = [everything, { ...everything, nowMs: 0 }].map((question) => sessionState(question).reason);
  expect(order).toEqual(['time_passed', 'not_yet_bookable']);
  expect(sessionState({ ...everything, nowMs: 0, isTooEarly: false }).reason).toBe('no_longer_bookable');
  expect(sessionState({ ...open, isPermitted: false, guests: 50 }).reason).toBe('members_only');
  expect(sessionState({ ...open, isGuestElsewhere: true, guests: 50 }).reason).toBe('session_full');
  expect(sessionState({ ...open, isGuestElsewhere: true, hasPrice: false }).reason).toBe('guest_unavailable');
  expect(sessionState({ ...open, hasPrice: false }).reason).toBe('no_price');
});

test('who is refused for any reason is told of no places', () => {
  expect(sessionState({ ...open, isPermitted: false })).toEqual({ remainingCapacity: 0, reason: 'members_only' });
  expect(sessionState({ ...open, nowMs: 20_000 })).toEqual({ remainingCapacity: 0, reason: 'time_passed' });
});

test('places that others wait for are not on offer', () => {
  expect(sessionState({ ...open, isQueued: true })).toEqual({ remainingCapacity: 0, reason: 'session_full' });
});
