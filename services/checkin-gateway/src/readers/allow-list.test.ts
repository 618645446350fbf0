import { expect, test } from 'vitest';
import { defaultPolicy } from '../visits/policy.ts';
import { allowListPayload, type Candidate } from './allow-list.ts';

const nowMs = Date.parse('2026-03-28T20:00:00Z');
const input = {
  device: { id: 'd1', siteId: 's1', mediumFormat: 'MEDIUM_FORMAT_DECIMAL', uidBytes: 4 },
  site: { id: 's1', zone: 'Europe/London' },
  policy: defaultPolicy,
  nowMs,
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
const card = (holder: Partial<Candidate['holder']>, value = '04A2B3C4'): Candidate => ({
  kind: 'rfid_uid',
  value,
  holder: { memberships: [], bookings: [], ...holder },
});

interface Listed {
  entries: { medium: string; valid_from: string; expires_at: string }[];
}
const entriesOf = (...candidates: Candidate[]) => (JSON.parse(allowListPayload(candidates, input)) as Listed).entries;

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
