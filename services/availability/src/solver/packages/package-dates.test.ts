import { describe, expect, test } from 'vitest';
import type { Asker } from '../booking-window.ts';
import { compileSite } from '../compile-site.ts';
import { sampleDate, sampleMs, sampleSite } from '../sample-site.ts';
import { isOnOffer, packageReason } from './package-dates.ts';
import { packageItem } from './package-item.ts';
import type { PackageModel } from './package-model.ts';

const site = compileSite(sampleSite(), sampleDate, 10);
const guest: Asker = { nowMs: sampleMs(12), memberships: [] };
const member = { ...guest, memberships: [{ typeId: 'gold' }, { typeId: 'silver' }] };
const rule = {
  ...{ dateFrom: null, dateTo: null, weekdays: [], timeFrom: null, timeTo: null, durationMinutes: null },
  ...{ amountMinor: 100, createdAtMs: 0 },
};
const model: PackageModel = {
  ...{ id: 'p', minGuests: 1, maxGuests: 2, maxDailyMinutes: null, preventsOverlaps: true, choices: [] },
  ...{ minAdvance: null, maxAdvance: null, membersOnly: false, permittedMembershipTypeIds: [] },
  ...{ membershipBookingWindowsEnabled: false, membershipBookingWindows: [] },
  ...{ availabilityRules: [], priceRules: [rule] },
};
/** Each model is another package: what a site has worked out of a package is kept by its id. */
let count = 0;
const pack = (extra: Partial<PackageModel>): PackageModel => ({ ...model, id: `p${count++}`, ...extra });
const dates = Array.from({ length: 6 }, (_, days) => `2026-06-${15 + days}`);
const offered = (extra: Partial<PackageModel>, asker = guest) => {
  const made = pack(extra);
  return dates.flatMap((date, days) => (isOnOffer(site, made, asker, date) ? [days] : []));
};
const window = (membershipTypeId: string, minAdvance: string, maxAdvance: string) => ({
  ...{ membershipTypeId, minAdvance, maxAdvance },
});
const apart = {
  membershipBookingWindowsEnabled: true,
  membershipBookingWindows: [window('gold', 'PT1H', 'P1D'), window('silver', 'P4D', 'P9D')],
};

describe('a package is on offer', () => {
  test.each<[string, Partial<PackageModel>, number[]]>([
    ['every day without rules', {}, [0, 1, 2, 3, 4, 5]],
    ['never without a price', { priceRules: [] }, []],
    ['on the dates of a price', { priceRules: [{ ...rule, dateFrom: '2026-06-16', dateTo: '2026-06-17' }] }, [1, 2]],
    ['from as far ahead as it must be', { minAdvance: 'PT12H5M' }, [1, 2, 3, 4, 5]],
    ['until as far ahead as it may be', { maxAdvance: 'P2D' }, [0, 1, 2]],
    ['for nobody when it is for members', { membersOnly: true }, []],
  ])('%s', (_, extra, expected) => {
    expect(offered(extra)).toEqual(expected);
  });

  test('while its own rules are open, which have to be so within its window', () => {
    const opening = {
      ...{ isAvailable: true, dateFrom: null, dateTo: null, weekdays: [], timeFrom: '08:00', timeTo: '10:00' },
      ...{ minDurationMinutes: null, maxDurationMinutes: null },
    };
    expect(offered({ availabilityRules: [opening] })).toEqual([1, 2, 3, 4, 5]);
    expect(offered({ availabilityRules: [opening], maxAdvance: 'PT19H' })).toEqual([]);
    expect(offered({ availabilityRules: [opening], maxAdvance: 'PT20H' })).toEqual([1]);
  });

  test('to members in any of their windows, and in none between them', () => {
    expect(offered({ membersOnly: true }, member)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(offered(apart, member)).toEqual([0, 1, 4, 5]);
    const reasonAfter = (hours: number) => {
      const startMs = guest.nowMs + hours * 3_600_000;
      const item = packageItem({ choiceId: 'c', optionId: 'o' }, { startMs, endMs: startMs + 300_000 }, 'UTC');
      return packageReason(site, pack(apart), member, { held: [], item });
    };
    expect([0, 24, 48, 96, 240].map(reasonAfter)).toEqual([
      'no_longer_bookable',
      undefined,
      'not_yet_bookable',
      undefined,
      'not_yet_bookable',
    ]);
  });
});
