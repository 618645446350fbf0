import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PackageAvailabilityServiceService } from '@lido/proto/lido/availability/v1/package_availability.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import { blankSession, hire, offer } from '../../../test/support/offerings.ts';
import { offerClass } from './classes.ts';
import { choiceOf, daily, optionOf, pack } from './package-rows.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let massage = '';
const day = Temporal.Now.plainDateISO('Europe/London').add({ days: 7 });
const date = day.toString();
const at = (wallTime: string, days = 0) =>
  day
    .add({ days })
    .toZonedDateTime({ timeZone: 'Europe/London', plainTime: wallTime })
    .toString({ timeZoneName: 'never' });

beforeAll(async () => {
  world = await startWorld();
  massage = (await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, { name: 'Massage' })).id;
});
afterAll(() => world.stop());

const wine = (extra: object = {}) =>
  choiceOf([optionOf('wine')], { offeringType: 'PACKAGE_ITEM_TYPE_PRODUCT', ...extra });
const weekday = (days: number) => day.add({ days }).toLocaleString('en', { weekday: 'long' }).toLowerCase();
const dateAfter = (days: number) => day.add({ days }).toString();
const datesOf = async ({ id }: Package, [first, last]: [number, number]) => {
  const range = { dateFrom: dateAfter(first), dateTo: dateAfter(last), practitionerId: [] };
  return (
    await world.shop.getOfferingDatesAvailability({ offeringType: 'package', offeringId: id, ...range }, world.anybody)
  ).data;
};
const wholeOn = async ({ id }: Package, days: number) =>
  world
    .peer(PackageAvailabilityServiceService)
    .getPackageAvailability({ siteId: world.siteId, packageId: id, date: dateAfter(days) }, world.anybody);

describe('a package', () => {
  test('has the dates on which as many can come as are asked about', async () => {
    const alone = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, { maxGuests: 2 });
    const made = await pack(world, [choiceOf([optionOf(alone.id)])], { maxGuests: 2 });
    const request = { offeringType: 'package', offeringId: made.id, dateFrom: date, dateTo: date, practitionerId: [] };
    const ask = async (quantity: number) =>
      (await world.shop.getOfferingDatesAvailability({ ...request, quantity }, world.anybody)).data;
    expect(await ask(1)).toMatchObject([{ hasAvailability: true }]);
    expect(await ask(2)).toMatchObject([{ hasAvailability: false }]);
    await expect(ask(3)).rejects.toMatchObject({ fields: { quantity: ['This is for 1 to 2 guests.'] } });
  });

  test('has a date whose rest is on the day after, wherever it is asked for', async () => {
    const type = await offerClass(world);
    const session = { ...blankSession, sessionTypeId: type.id, startTime: at('11:00', 1), capacity: 1 };
    await world.sessions.createSession(session, world.staff);
    const made = await pack(
      world,
      [choiceOf([optionOf(massage)]), choiceOf([optionOf(type.id)], { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' })],
      { maxDailyDuration: type.duration },
    );
    expect(await datesOf(made, [0, 0])).toMatchObject([
      { hasAvailability: true, bookableFrom: at('09:00'), bookableTo: at('16:00') },
    ]);
    expect(await wholeOn(made, 0)).toMatchObject({ hasAvailability: true });
    expect((await datesOf(made, [-1, 3])).map(({ hasAvailability }) => hasAvailability)).toEqual([
      ...[false, true, true, false, false],
    ]);
    const whole = await Promise.all([-1, 0, 1, 2, 3].map((days) => wholeOn(made, days)));
    expect(whole.map(({ hasAvailability }) => hasAvailability)).toEqual([false, true, true, false, false]);
  });

  test.each([
    ['of products only', () => [wine()]],
    ['whose treatment is optional', () => [wine(), choiceOf([optionOf(massage)], { optional: true })]],
    ['of nothing', () => []],
    ['with a treatment', () => [choiceOf([optionOf(massage)]), wine()]],
  ])(
    '%s has the same dates wherever they are asked for: priced, in its window and when its rules are open',
    async (_, choices) => {
      const made = await pack(world, choices(), {
        priceRules: [daily(10_000, { dateTo: day.add({ days: 2 }).toString() })],
        availabilityRules: [
          { id: '', weekdays: [] },
          { id: '', weekdays: [weekday(1)], isAvailable: false },
        ],
        minAdvanceBookingsInterval: 'P6D',
      });
      const asked = [-3, 0, 1, 2, 3];
      const expected = [false, true, false, true, false];
      const whole = await Promise.all(asked.map((days) => wholeOn(made, days)));
      expect(whole.map(({ hasAvailability }) => hasAvailability)).toEqual(expected);
      const dates = await datesOf(made, [-3, 3]);
      expect(asked.map((days) => dates[days + 3]?.hasAvailability)).toEqual(expected);
    },
  );
});
