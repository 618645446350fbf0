import { expect, test } from 'vitest';
import { answerOf } from './answer.ts';
import type { Reason, Verdict } from './decision.ts';
import { displayTextOf } from './display-text.ts';
import type { Tap } from './tap.ts';

const at = new Date('2026-06-01T10:00:00Z');
const tap: Tap = {
  ...{ eventId: 'event-1', deviceId: 'door', readerRef: null, occurredAt: at, receivedAt: at },
  ...{ clockSource: 'gateway', origin: 'live', medium: { kind: 'rfid_uid', raw: '04A2B3C4' } },
};
const granted: Verdict = { outcome: 'granted', reason: 'granted', action: 'check_in', flags: [] };
const denied: Verdict = { ...granted, outcome: 'denied', reason: 'customer_blocked', action: 'none' };
const device = { direction: 'DEVICE_DIRECTION_TOGGLE', relayId: 2, unlockMs: 3_000, moreRelays: [] } as const;

test('who is let in has the relay of the device opened for its time', () => {
  expect(answerOf({ verdict: granted, tap, device, elapsedMs: 7, checkInId: 'v1' })).toMatchObject({
    ...{
      eventId: 'event-1',
      outcome: 'granted',
      displayText: 'Welcome',
      unlockMs: 3_000,
      checkInId: 'v1',
      decidedInMs: 7,
    },
    relays: [{ id: 2, onTimeMs: 3_000 }],
  });
});

test('a denial opens nothing', () => {
  expect(answerOf({ verdict: denied, tap, device, elapsedMs: 7 })).toMatchObject({
    unlockMs: 0,
    relays: [],
    checkInId: null,
  });
});

test('a duplicate says again what was said, and names the visit again', () => {
  const previous = answerOf({
    verdict: { ...granted, action: 'check_out' },
    tap,
    device,
    elapsedMs: 7,
    checkInId: 'v1',
  });
  const verdict: Verdict = { ...granted, reason: 'duplicate', action: 'none' };
  const again = answerOf({ verdict, tap: { ...tap, eventId: 'event-2' }, device, elapsedMs: 1, previous });
  expect(again).toMatchObject({ eventId: 'event-2', displayText: 'Goodbye', checkInId: 'v1', unlockMs: 3_000 });
});

test('the display fits a terminal and does not tell others of bans and debts', () => {
  const textOf = (reason: Reason): string => displayTextOf({ ...denied, reason }, 'DEVICE_DIRECTION_IN');
  expect(textOf('customer_blocked')).toBe(textOf('payment_overdue'));
  for (const reason of ['no_entitlement', 'membership_not_active', 'reentry_too_soon', 'out_of_hours'] as const) {
    expect(textOf(reason).length).toBeLessThanOrEqual(24);
  }
});

test('who leaves without a visit of theirs is not welcomed', () => {
  expect(displayTextOf({ ...granted, action: 'none' }, 'DEVICE_DIRECTION_OUT')).toBe('Goodbye');
});
