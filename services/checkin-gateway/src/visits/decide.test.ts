import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceDirection } from '@lido/proto/lido/checkin/v1/device.ts';
import { decide, fallBack } from './decide.ts';
import type { Decision, DecisionInput, HeldMembership, Holder, Reason } from './decision.ts';
import { membershipOf } from './entitlement.ts';
import { defaultPolicy } from './policy.ts';

const nowMs = Date.parse('2026-06-01T10:00:00Z');
const minuteMs = 60_000;

const membership: HeldMembership = {
  id: 'm1',
  siteId: 'spa',
  status: 'active',
  attentionReason: null,
  startDate: '2026-01-01',
  endDate: null,
  visitsRemaining: null,
};

const member: Holder = {
  customerId: 'c1',
  isBlocked: false,
  memberships: [membership],
  bookings: [],
  admission: 'by_rules',
  openVisit: undefined,
  lastCheckedOutMs: undefined,
};

const stranger: Holder = { ...member, memberships: [] };

const tap: DecisionInput = {
  nowMs,
  isDeviceAllowed: true,
  direction: 'DEVICE_DIRECTION_IN',
  isReadable: true,
  previous: undefined,
  mediumState: 'active',
  holder: member,
  site: { id: 'spa', zone: 'UTC', openingHours: [], openingExceptions: [] },
  policy: defaultPolicy,
  zone: null,
  placesLeft: { site: null, zone: null },
};

const insideSince = (minutesAgo: number): Holder => ({
  ...member,
  openVisit: { id: 'v1', siteId: 'spa', zone: null, checkedInMs: nowMs - minutesAgo * minuteMs, isEntered: true },
});

const earlier: Decision = {
  eventId: 'e1',
  outcome: 'denied',
  reason: 'no_entitlement',
  action: 'none',
  displayText: '',
  unlockMs: 0,
  relays: [],
  checkInId: null,
  flags: [],
  asOf: null,
  decidedInMs: 3,
};

const withMembership = (changes: Partial<HeldMembership>): Partial<DecisionInput> => ({
  holder: { ...member, memberships: [{ ...membership, ...changes }] },
});
const withBooking = (startMinutes: number, endMinutes: number): Partial<DecisionInput> => ({
  holder: {
    ...stranger,
    bookings: [{ siteId: 'spa', startMs: nowMs + startMinutes * minuteMs, endMs: nowMs + endMinutes * minuteMs }],
  },
});

/** Each rule of the ladder, in its order, with an input that breaks it. */
const ladder: [Reason, Partial<DecisionInput>][] = [
  ['device_not_allowed', { isDeviceAllowed: false }],
  ['invalid_read', { isReadable: false }],
  ['duplicate', { previous: earlier }],
  ['medium_blocked', { mediumState: 'blocked' }],
  ['customer_blocked', { holder: { ...member, isBlocked: true } }],
  ['no_entitlement', { holder: stranger }],
];

describe('the ladder', () => {
  test.each(ladder)('%s is found', (reason, changes) => {
    expect(decide({ ...tap, ...changes }).reason).toBe(reason);
  });

  test('answers the first failing rule when several fail', () => {
    ladder.forEach(([reason, changes], index) => {
      const later = ladder.slice(index + 1).reduce((input, [, broken]) => ({ ...broken, ...input }), changes);
      expect(decide({ ...tap, ...later }).reason).toBe(reason);
    });
  });

  test('a medium that nobody holds is unknown', () => {
    expect(decide({ ...tap, mediumState: 'unknown', holder: undefined }).reason).toBe('unknown_medium');
  });
});

describe('a membership', () => {
  test('that is active lets in and is named', () => {
    expect(decide(tap)).toMatchObject({
      outcome: 'granted',
      reason: 'granted',
      action: 'check_in',
    });
    expect(membershipOf(tap)).toBe('m1');
  });

  test.each(['expired', 'reserved', 'cancelled', 'inactive', 'needs_dd_mandate', 'a word of tomorrow'])(
    'that is %s does not',
    (status) => {
      expect(decide({ ...tap, ...withMembership({ status }) }).reason).toBe('membership_not_active');
    },
  );

  test.each([
    ['begins tomorrow', { startDate: '2026-06-02' }, 'membership_not_active'],
    ['begins today', { startDate: '2026-06-01' }, 'granted'],
    [
      'is told as upcoming and begins tomorrow',
      { status: 'upcoming', startDate: '2026-06-02' },
      'membership_not_active',
    ],
    ['was told as upcoming and begins today', { status: 'upcoming', startDate: '2026-06-01' }, 'granted'],
    ['ended yesterday', { endDate: '2026-05-31' }, 'membership_not_active'],
    ['ends today', { endDate: '2026-06-01' }, 'granted'],
    ['is of another site', { siteId: 'gym' }, 'not_allowed_here'],
    ['has a failed payment', { status: 'needs_attention', attentionReason: 'payment_failed' }, 'payment_overdue'],
    ['lacks paperwork only', { status: 'needs_attention', attentionReason: 'no_mandate' }, 'granted'],
  ])('that %s: %s', (_, changes, reason) => {
    expect(decide({ ...tap, ...withMembership(changes) }).reason).toBe(reason);
  });

  test('with a failed payment lets in where the site says so', () => {
    const policy = { ...defaultPolicy, paymentRequired: false };
    const changes = withMembership({ status: 'needs_attention', attentionReason: 'payment_failed' });
    expect(decide({ ...tap, ...changes, policy }).outcome).toBe('granted');
  });

  test('lets in during opening hours only', () => {
    const site = { ...tap.site, openingHours: [{ weekday: 'monday', timeFrom: '12:00', timeTo: '20:00' }] };
    expect(decide({ ...tap, site }).reason).toBe('out_of_hours');
  });
});

describe('a booking', () => {
  test.each([
    ['61 minutes before it', 61, 120, 'no_entitlement'],
    ['60 minutes before it', 60, 120, 'granted'],
    ['during it', -30, 30, 'granted'],
    ['at its end', -60, 0, 'no_entitlement'],
  ])('%s', (_, startMinutes, endMinutes, reason) => {
    expect(decide({ ...tap, ...withBooking(startMinutes, endMinutes) }).reason).toBe(reason);
  });

  test('alone lets in without naming a membership', () => {
    const booked = { ...tap, ...withBooking(0, 60) };
    expect(decide(booked)).toMatchObject({ outcome: 'granted' });
    expect(membershipOf(booked)).toBeNull();
  });

  test('at another site does not let in here', () => {
    const site = { ...tap.site, id: 'gym' };
    expect(decide({ ...tap, ...withBooking(0, 60), site }).reason).toBe('no_entitlement');
  });
});

describe('how many a place holds', () => {
  test.each([
    ['the site', { site: 0, zone: null }],
    ['the zone behind the door', { site: 5, zone: 0 }],
  ])('%s being full keeps out whoever is not inside', (_, placesLeft) => {
    expect(decide({ ...tap, zone: 'pool', placesLeft }).reason).toBe('capacity_full');
    const leaving = decide({ ...tap, direction: 'DEVICE_DIRECTION_OUT', holder: insideSince(90), placesLeft });
    expect(leaving).toMatchObject({ outcome: 'granted', action: 'check_out' });
  });

  test('an inner door lets nobody into a full zone but those who are there', () => {
    const inner = {
      ...tap,
      direction: 'DEVICE_DIRECTION_INNER',
      zone: 'pool',
      placesLeft: { site: 0, zone: 0 },
    } as const;
    const inside = (zone: string): Holder => ({
      ...member,
      openVisit: { id: 'v1', siteId: 'spa', zone, checkedInMs: nowMs - 9 * minuteMs, isEntered: true },
    });
    expect(decide({ ...inner, holder: inside('hall') }).reason).toBe('capacity_full');
    expect(decide({ ...inner, holder: inside('pool') }).outcome).toBe('granted');
  });
});

test('a membership whose visits are used up lets in only with a booking or beside another one', () => {
  const spent = { ...membership, visitsRemaining: 0 };
  for (const visitsRemaining of [0, -1])
    expect(decide({ ...tap, holder: { ...member, memberships: [{ ...spent, visitsRemaining }] } }).reason).toBe(
      'no_credits',
    );
  const beside = { ...member, memberships: [spent, { ...membership, id: 'm2', visitsRemaining: 3 }] };
  expect(decide({ ...tap, holder: beside })).toMatchObject({ outcome: 'granted' });
  expect(membershipOf({ ...tap, holder: beside })).toBe('m2');
  const booked = { siteId: 'spa', startMs: nowMs, endMs: nowMs + minuteMs };
  const withBooking = { ...member, memberships: [spent, { ...membership, visitsRemaining: 3 }], bookings: [booked] };
  expect(decide({ ...tap, holder: { ...withBooking, memberships: [spent] } }).outcome).toBe('granted');
  expect(membershipOf({ ...tap, holder: withBooking })).toBeNull();
});

test('somebody who is inside and comes in again needs one more visit, and room behind the door', () => {
  const again = {
    ...tap,
    holder: insideSince(90),
    policy: { ...defaultPolicy, antiPassback: 'ANTI_PASSBACK_OFF' },
  } as const;
  expect(decide(again)).toMatchObject({ outcome: 'granted', action: 'check_in' });
  const spent = { ...insideSince(90), memberships: [{ ...membership, visitsRemaining: 0 }] };
  expect(decide({ ...again, holder: spent }).reason).toBe('no_credits');
  const full = { ...again, zone: 'pool', placesLeft: { site: 0, zone: 0 } };
  expect(decide(full).reason).toBe('capacity_full');
  expect(decide({ ...full, placesLeft: { site: 0, zone: 1 } })).toMatchObject({ outcome: 'granted' });
});

test('what is wrong with a membership of the site is told before that there is one elsewhere', () => {
  const elsewhere = { ...membership, id: 'm2', siteId: 'gym' };
  const of = (here: Partial<HeldMembership>) =>
    decide({ ...tap, holder: { ...member, memberships: [{ ...membership, ...here }, elsewhere] } }).reason;
  expect(of({ status: 'expired' })).toBe('membership_not_active');
  expect(of({ status: 'needs_attention', attentionReason: 'payment_failed' })).toBe('payment_overdue');
  expect(decide({ ...tap, holder: { ...member, memberships: [elsewhere] } }).reason).toBe('not_allowed_here');
});

test('who works at the site is let in without an entitlement or a visit, unless banned', () => {
  const policy = { ...defaultPolicy, staffCustomerIds: ['c1'] };
  expect(decide({ ...tap, holder: stranger, policy })).toMatchObject({ outcome: 'granted', action: 'none' });
  expect(decide({ ...tap, holder: { ...stranger, isBlocked: true }, policy }).reason).toBe('customer_blocked');
});

describe('somebody who is inside already', () => {
  test.each([
    ['ANTI_PASSBACK_HARD', 200, 'denied', 'none', []],
    ['ANTI_PASSBACK_TIMED', 4, 'denied', 'none', []],
    ['ANTI_PASSBACK_TIMED', 6, 'granted', 'check_in', ['already_inside']],
    ['ANTI_PASSBACK_SOFT', 30, 'granted', 'check_in', ['already_inside']],
    ['ANTI_PASSBACK_SOFT', 0.5, 'granted', 'none', ['already_inside']],
    ['ANTI_PASSBACK_OFF', 30, 'granted', 'check_in', []],
    ['ANTI_PASSBACK_OFF', 0.5, 'granted', 'none', []],
  ] as const)('under %s anti-passback after %d minutes is %s', (antiPassback, minutesAgo, outcome, action, flags) => {
    const policy = { ...defaultPolicy, antiPassback };
    expect(decide({ ...tap, holder: insideSince(minutesAgo), policy })).toMatchObject({ outcome, action, flags });
  });

  test('at another site may come in here', () => {
    const holder: Holder = {
      ...member,
      openVisit: { id: 'v1', siteId: 'gym', zone: null, checkedInMs: nowMs - 1, isEntered: true },
    };
    expect(decide({ ...tap, holder }).action).toBe('check_in');
  });

  test('passes an inner door without a second arrival', () => {
    const direction = 'DEVICE_DIRECTION_INNER';
    expect(decide({ ...tap, holder: insideSince(1), direction })).toMatchObject({ outcome: 'granted', action: 'none' });
  });
});

test('the re-entry delay counts from the last departure', () => {
  const policy = { ...defaultPolicy, reentryDelaySeconds: 600 };
  const leftAgo = (minutes: number): Holder => ({ ...member, lastCheckedOutMs: nowMs - minutes * minuteMs });
  expect(decide({ ...tap, policy, holder: leftAgo(9) }).reason).toBe('reentry_too_soon');
  expect(decide({ ...tap, policy, holder: leftAgo(10) }).reason).toBe('granted');
});

describe('a toggle reader', () => {
  const toggle: DecisionInput = { ...tap, direction: 'DEVICE_DIRECTION_TOGGLE' };

  test('lets in whoever is outside', () => {
    expect(decide(toggle).action).toBe('check_in');
  });

  test.each([
    [59, 'duplicate', 'none'],
    [60, 'granted', 'check_out'],
  ])('%d seconds after coming in answers %s', (seconds, reason, action) => {
    expect(decide({ ...toggle, holder: insideSince(seconds / 60) })).toMatchObject({
      outcome: 'granted',
      reason,
      action,
    });
  });

  test('lets a customer leave whose membership ended meanwhile', () => {
    expect(decide({ ...toggle, holder: { ...insideSince(90), memberships: [] } }).action).toBe('check_out');
  });
});

test('an exit is denied only by a reader that may not decide and by an unreadable medium', () => {
  const anyInput = fc.record({
    isDeviceAllowed: fc.boolean(),
    isReadable: fc.boolean(),
    mediumState: fc.constantFrom('unknown', 'blocked', 'active' as const),
    holder: fc.constantFrom(undefined, stranger, member, insideSince(0), { ...insideSince(300), isBlocked: true }),
  });
  fc.assert(
    fc.property(anyInput, (changes) => {
      const verdict = decide({ ...tap, ...changes, direction: 'DEVICE_DIRECTION_OUT' });
      expect(verdict.outcome === 'granted').toBe(changes.isDeviceAllowed && changes.isReadable);
    }),
  );
});

test.each<[DeviceDirection, string]>([
  ['DEVICE_DIRECTION_IN', 'denied'],
  ['DEVICE_DIRECTION_TOGGLE', 'denied'],
  ['DEVICE_DIRECTION_INNER', 'denied'],
  ['DEVICE_DIRECTION_OUT', 'granted'],
])('without a decision in time %s is %s', (direction, outcome) => {
  expect(fallBack(direction, 'decision_timeout').outcome).toBe(outcome);
});
