import { expect, test } from 'vitest';
import { defaultPolicy } from '../visits/policy.ts';
import { type AllowListInput, allowListPayload, type Candidate, entriesUnder } from './allow-list.ts';
import { writeInTurns } from './allow-list.handlers.ts';

const nowMs = Date.parse('2026-03-28T20:00:00Z');
const input = {
  device: {
    id: 'd1',
    siteId: 's1',
    direction: 'DEVICE_DIRECTION_IN',
    mediumFormat: 'MEDIUM_FORMAT_DECIMAL',
    uidBytes: 4,
  },
  site: { id: 's1', zone: 'Europe/London', openingHours: [], openingExceptions: [] },
  policy: defaultPolicy,
  nowMs,
  asOfMs: undefined,
} as const;

const held = {
  id: 'm1',
  siteId: 's1',
  status: 'active',
  attentionReason: null,
  visitsRemaining: null,
  startDate: '2020-01-01',
  endDate: null,
};
const card = (
  { mayEnter = true, insideUntilMs, ...holder }: Partial<Candidate['holder'] & Candidate>,
  value = '04A2B3C4',
): Candidate => ({
  kind: 'rfid_uid',
  value,
  mayEnter,
  insideUntilMs,
  holder: { customerId: 'c1', memberships: [], bookings: [], ...holder },
});

interface Listed {
  entries: { medium: string; valid_from: string; expires_at: string }[];
}
const listedUnder = (changes: Partial<AllowListInput>, ...candidates: Candidate[]) => {
  const whole = { ...input, ...changes };
  return (JSON.parse(allowListPayload(candidates.flatMap(entriesUnder(whole)), whole)) as Listed).entries;
};
const entriesOf = (...candidates: Candidate[]) => listedUnder({}, ...candidates);

test('a member is let in for the whole of the list’s time, with the card as the device writes it', () => {
  expect(entriesOf(card({ memberships: [held] }))).toEqual([
    {
      ...{ kind: 'rfid_uid', medium: '0077771716' },
      ...{ valid_from: '2026-03-28T20:00:00.000Z', expires_at: '2026-03-29T20:00:00.000Z' },
    },
  ]);
});

test('a membership counts to the end of its last local day, also when the clocks change', () => {
  const last = (endDate: string) => entriesOf(card({ memberships: [{ ...held, endDate }] }))[0]?.expires_at;
  expect(last('2026-03-28')).toBe('2026-03-29T00:00:00.000Z');
  expect(last('2026-03-27')).toBeUndefined();
});

test('a membership that begins within the list’s time counts from its first local day', () => {
  const upcoming = { ...held, status: 'upcoming', startDate: '2026-03-29' };
  expect(entriesOf(card({ memberships: [upcoming] }))).toMatchObject([{ valid_from: '2026-03-29T00:00:00.000Z' }]);
});

test.each([
  ['ended', { status: 'expired' }],
  ['of another site', { siteId: 's2' }],
  ['used up', { visitsRemaining: 0 }],
  ['unpaid', { status: 'needs_attention', attentionReason: 'payment_failed' }],
])('a membership that is %s lets nobody in', (_, changes) => {
  expect(entriesOf(card({ memberships: [{ ...held, ...changes }] }))).toEqual([]);
});

test('a booking counts from an hour before it to its end', () => {
  const startMs = Date.parse('2026-03-29T09:00:00Z');
  const booking = { siteId: 's1', startMs, endMs: startMs + 3_600_000 };
  expect(entriesOf(card({ bookings: [booking] }))).toMatchObject([
    { valid_from: '2026-03-29T08:00:00.000Z', expires_at: '2026-03-29T10:00:00.000Z' },
  ]);
});

test('a card that the device can not write is left out', () => {
  expect(entriesOf(card({ memberships: [held] }, '04A2B3C4D5E6F7'))).toEqual([]);
});

test('a membership with visits left lets in, and one that is unpaid does where the site does not ask', () => {
  expect(entriesOf(card({ memberships: [{ ...held, visitsRemaining: 1 }] }))).toHaveLength(1);
  const unpaid = { ...held, status: 'needs_attention', attentionReason: 'payment_failed' };
  const policy = { ...defaultPolicy, paymentRequired: false };
  expect(listedUnder({ policy }, card({ memberships: [unpaid] }))).toHaveLength(1);
});

test('a membership counts while the site is open, by its own clocks, and a booking at any hour', () => {
  const hours = { timeFrom: '00:30', timeTo: '06:00' };
  const site = {
    ...input.site,
    openingHours: [
      { ...hours, weekday: 'saturday' },
      { ...hours, weekday: 'sunday' },
    ],
  };
  // The clocks go forward at one o'clock of this Sunday.
  expect(listedUnder({ site }, card({ memberships: [held] }))).toMatchObject([
    { valid_from: '2026-03-29T00:30:00.000Z', expires_at: '2026-03-29T05:00:00.000Z' },
  ]);
  const booking = { siteId: 's1', startMs: nowMs + 3_600_000, endMs: nowMs + 7_200_000 };
  expect(listedUnder({ site }, card({ bookings: [booking] }))).toHaveLength(1);
});

test('who works at the site is on the list without a membership', () => {
  const policy = { ...defaultPolicy, staffCustomerIds: ['c1'] };
  expect(listedUnder({ policy }, card({}))).toMatchObject([
    { valid_from: '2026-03-28T20:00:00.000Z', expires_at: '2026-03-29T20:00:00.000Z' },
  ]);
  expect(entriesOf(card({}))).toEqual([]);
});

test('a membership that ends while the site is open counts to the midnight, and one that begins counts from it', () => {
  const site = { ...input.site, openingHours: [{ weekday: 'saturday', timeFrom: '22:00', timeTo: '04:00' }] };
  const ends = card({ memberships: [{ ...held, endDate: '2026-03-28' }] });
  const begins = card({ memberships: [{ ...held, startDate: '2026-03-29' }] });
  const over = card({ memberships: [{ ...held, endDate: '2026-03-27' }] });
  expect(listedUnder({ site }, ends, begins, over)).toMatchObject([
    { valid_from: '2026-03-28T22:00:00.000Z', expires_at: '2026-03-29T00:00:00.000Z' },
    { valid_from: '2026-03-29T00:00:00.000Z', expires_at: '2026-03-29T03:00:00.000Z' },
  ]);
});

test('whoever may not come in is let out until their visit ends, within the list’s time', () => {
  const inside = (hours: number) => ({ mayEnter: false, insideUntilMs: nowMs + hours * 3_600_000 });
  expect(
    entriesOf(card({ memberships: [held], ...inside(3) }), card(inside(30)), card({ mayEnter: false })),
  ).toMatchObject([
    { valid_from: '2026-03-28T20:00:00.000Z', expires_at: '2026-03-28T23:00:00.000Z' },
    { valid_from: '2026-03-28T20:00:00.000Z', expires_at: '2026-03-29T20:00:00.000Z' },
  ]);
});

test('other work has its turns while a long list is written, and every card is on it in its order', async () => {
  const candidates = Array.from({ length: 2_000 }, (_, index) =>
    card({ memberships: [held] }, index.toString(16).padStart(8, '0')),
  );
  let turns = 0;
  const other = (): void => {
    turns++;
    turn = setImmediate(other);
  };
  let turn = setImmediate(other);
  const payload = await writeInTurns(candidates, input);
  clearImmediate(turn);
  expect(turns).toBeGreaterThanOrEqual(9);
  expect(payload).toBe(allowListPayload(candidates.flatMap(entriesUnder(input)), input));
});
