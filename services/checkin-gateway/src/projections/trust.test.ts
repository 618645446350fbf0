import { describe, expect, test } from 'vitest';
import { type Ages, ageToTell, factSources, footingOf, sourcesToAsk } from './trust.ts';

const limits = { freshMs: 5_000, maxAgeMs: 900_000 };
const fresh: Ages = { customers: 300, memberships: 1_200, orders: 0 };

describe('asking owners', () => {
  test('is not needed up to the greatest age, whatever the facts hold', () => {
    expect(sourcesToAsk(fresh, limits)).toEqual([]);
    expect(sourcesToAsk({ ...fresh, orders: 900_000 }, limits)).toEqual([]);
  });

  test('is needed of exactly those that are older, or were never filled', () => {
    expect(sourcesToAsk({ ...fresh, orders: 900_001 }, limits)).toEqual(['orders']);
    expect(sourcesToAsk({ ...fresh, customers: undefined }, limits)).toEqual(['customers']);
  });
});

describe('the age that is told', () => {
  test('is none while all facts are fresh', () => {
    expect(ageToTell(fresh, [], limits)).toBeUndefined();
    expect(ageToTell({ ...fresh, orders: 5_000 }, [], limits)).toBeUndefined();
  });

  test("is the oldest source's", () => {
    expect(ageToTell({ customers: 6_000, memberships: 90_000, orders: 10 }, [], limits)).toBe(90_000);
  });

  test('passes over sources whose owners have answered, and over those that know nothing', () => {
    expect(ageToTell({ ...fresh, orders: 1_000_000 }, ['orders'], limits)).toBeUndefined();
    expect(ageToTell({ customers: undefined, memberships: undefined, orders: undefined }, [], limits)).toBeUndefined();
  });
});

describe('owners that do not answer', () => {
  test.each(['OFFLINE_POLICY_DENY', 'OFFLINE_POLICY_WHITELIST', 'OFFLINE_POLICY_FACILITY_OPEN'] as const)(
    'leave everything to the rules under %s while none had to be asked',
    (policy) => {
      expect(footingOf([], policy)).toEqual({ admission: 'by_rules', ignored: [] });
    },
  );

  test('leave only what is certain, unless the operator has chosen', () => {
    const certain = { admission: 'only_certain', ignored: ['orders'] };
    expect(footingOf(['orders'], 'OFFLINE_POLICY_DENY')).toEqual(certain);
    expect(footingOf(['orders'], 'OFFLINE_POLICY_UNSPECIFIED')).toEqual(certain);
  });

  test('leave nothing certain where bans and media are unknown', () => {
    expect(footingOf(['customers'], 'OFFLINE_POLICY_DENY').ignored).toEqual(factSources);
  });

  test('leave the last state under the whitelist, and anybody who is known where the facility stays open', () => {
    expect(footingOf(factSources, 'OFFLINE_POLICY_WHITELIST')).toEqual({ admission: 'by_rules', ignored: [] });
    expect(footingOf(['orders'], 'OFFLINE_POLICY_FACILITY_OPEN').admission).toBe('anybody_known');
  });
});
