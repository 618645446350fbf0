import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { PackageAvailabilityServiceService } from '@lido/proto/lido/availability/v1/package_availability.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { blankSession, hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { choiceOf, offerYoga, optionOf, pack } from './package-rows.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let db: Database;
/** Each has practitioners enough, so that only guests are in the way. */
let treatments: string[];
let spare = '';
const day = Temporal.Now.plainDateISO('Europe/London').add({ days: 7 });
const at = (wallTime: string) =>
  day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: wallTime }).toString({ timeZoneName: 'never' });

beforeAll(async () => {
  world = await startWorld();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
  const practitionerIds = await hire(world, 16);
  const offered = await Promise.all(
    ['Massage', 'Facial', 'Scrub', 'Spare'].map((name) => offer(world, { practitionerIds, roomIds: [] }, { name })),
  );
  [spare = '', ...treatments] = offered.map(({ id }) => id).reverse();
});
afterAll(async () => {
  await db.stop();
  await world.stop();
});

/** A package of three treatments, of which the first may overlap the others. */
const threesome = (extra: Partial<Package> = {}) =>
  pack(
    world,
    treatments.map((id, index) => choiceOf([optionOf(id)], { allowOverlaps: index === 0 })),
    extra,
  );
const itemOf = ({ itemChoices }: Package, index: number, line: string, time: string, guest: string): HoldItem => {
  const choice = itemChoices[index];
  const option = choice?.options[0];
  return itemAt(option?.offering?.id ?? '', at(time), {
    ...{ packageItemOf: line, packageChoiceId: choice?.id, packageOptionId: option?.id, guestIds: [guest] },
  });
};
const hold = (order: string, items: HoldItem[]) =>
  world.bookings.hold(
    { orderId: order, siteId: world.siteId, items, holdMinutes: 10, skipRules: false, isOnline: false },
    world.staff,
  );
const holdSpare = (guest: string, time: string) => hold(orderId(), [itemAt(spare, at(time), { guestIds: [guest] })]);
const release = (order: string, itemIds: string[] = []) =>
  world.bookings.release({ orderId: order, itemIds }, world.staff);
const elsewhere = { reason: 'already_taken', metadata: { blocked_by: ['guest_unavailable'] } };
const reasonsAt = async ({ id, itemChoices }: Package, time: string, extra: object) =>
  Promise.all(
    itemChoices.map(async (choice) => {
      const asked = { packageId: id, choiceId: choice.id, date: day.toString(), ...extra };
      const { data } = await world
        .peer(PackageAvailabilityServiceService)
        .getPackageChoiceSlotAvailability(asked, world.anybody);
      return data.find(({ startTime }) => startTime === at(time))?.noAvailabilityReason;
    }),
  );

describe('the guests of a package whose choices may overlap', () => {
  test('can be at two of its items at once, and nowhere else', async () => {
    const made = await threesome();
    const [order, line, guest] = [orderId(), orderId(), orderId()];
    const [first, second] = [itemOf(made, 0, line, '13:00', guest), itemOf(made, 1, line, '15:00', guest)];
    await hold(order, [first]);
    await expect(holdSpare(guest, '13:30')).rejects.toMatchObject(elsewhere);
    expect(await reasonsAt(made, '13:00', { basketItemId: line })).toEqual([null, null, null]);
    await hold(order, [second]);
    await hold(order, [{ ...second, startTime: at('13:30') }]);
    await holdSpare(guest, '15:00');
    await expect(holdSpare(guest, '14:00')).rejects.toMatchObject(elsewhere);
    await release(order, [first.itemId]);
    await expect(holdSpare(guest, '13:30')).rejects.toMatchObject(elsewhere);
    await release(order);
    await holdSpare(guest, '13:30');
  });

  test('are not offered what they can not have: other offerings, and the same package once more', async () => {
    const made = await threesome();
    const [order, guest] = [orderId(), orderId()];
    await hold(order, [itemOf(made, 0, orderId(), '13:00', guest)]);
    const asked = { siteId: world.siteId, appointmentTypeId: spare, dateFrom: day.toString(), dateTo: day.toString() };
    const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
    const { data } = await world.shop.getAppointmentAvailability(
      { ...asked, ...nothing, basketId: order },
      world.anybody,
    );
    const starts = data.map(({ startTime }) => startTime);
    expect([starts.includes(at('12:00')), starts.includes(at('12:30')), starts.includes(at('13:30'))]).toEqual([
      ...[true, false, false],
    ]);
    expect(await reasonsAt(made, '13:00', { basketId: order })).toEqual(Array(3).fill('guest_unavailable'));
    await expect(hold(order, [itemOf(made, 0, orderId(), '13:00', guest)])).rejects.toMatchObject(elsewhere);
  });

  test('are at one at a time of those that have to be apart', async () => {
    const made = await threesome();
    const [order, line, guest] = [orderId(), orderId(), orderId()];
    const item = (index: number) => itemOf(made, index, line, '11:00', guest);
    await expect(hold(order, [item(1), item(2)])).rejects.toMatchObject(elsewhere);
    await hold(order, [item(0), item(1)]);
    await expect(hold(order, [item(2)])).rejects.toMatchObject(elsewhere);
    expect(await reasonsAt(made, '11:00', { basketItemId: line })).toEqual([null, null, 'guest_unavailable']);
  });

  test('are claimed exactly when many want them at once', async () => {
    const made = await threesome({ preventChoiceOverlaps: false });
    for (const time of ['09:00', '11:00', '15:00']) {
      const [order, line, guest] = [orderId(), orderId(), orderId()];
      const ours = made.itemChoices.map((_, index) => hold(order, [itemOf(made, index, line, time, guest)]));
      const others = Array.from({ length: 5 }, () => holdSpare(guest, time));
      const granted = async (outcomes: Promise<unknown>[]) =>
        (await Promise.allSettled(outcomes)).filter(({ status }) => status === 'fulfilled').length;
      const [ofLine, ofOthers] = await Promise.all([granted(ours), granted(others)]);
      expect([
        [3, 0],
        [0, 1],
      ]).toContainEqual([ofLine, ofOthers]);
    }
  });

  test('share a session with a treatment too', async () => {
    const type = await offerYoga(world);
    const session = await world.sessions.createSession(
      { ...blankSession, sessionTypeId: type.id, startTime: at('11:00'), capacity: 4 },
      world.staff,
    );
    const made = await pack(
      world,
      [
        choiceOf([optionOf(treatments[0] ?? '')]),
        choiceOf([optionOf(type.id)], { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' }),
      ],
      { preventChoiceOverlaps: false },
    );
    const [order, line, guest] = [orderId(), orderId(), orderId()];
    const yoga = { ...itemOf(made, 1, line, '11:00', guest), offeringType: 'session', sessionId: session.id };
    await hold(order, [itemOf(made, 0, line, '11:00', guest)]);
    expect(await reasonsAt(made, '11:00', { basketItemId: line })).toEqual([null, null]);
    await hold(order, [yoga]);
    await release(order, []);
    await hold(order, [itemOf(made, 0, line, '11:00', guest), yoga]);
    await expect(holdSpare(guest, '11:00')).rejects.toMatchObject(elsewhere);
    const alone = { ...itemAt(type.id, at('11:00')), offeringType: 'session', sessionId: session.id };
    await expect(hold(orderId(), [{ ...alone, guestIds: [guest] }])).rejects.toMatchObject(elsewhere);
  });

  test.each([
    ['one line shares', [0, 'line'], [0, 'line'], true],
    ['two lines want', [0, 'line'], [0, 'other'], false],
    ['a line and somebody else want', [0, 'line'], [0, null], false],
    ['two who have to be apart want', [1, 'line'], [1, 'line'], false],
    ['two others want', [0, null], [0, null], false],
  ])('that %s are kept so by the table itself', async (_, first, second, isAllowed) => {
    const guest = orderId();
    const claim = ([unit, line]: readonly unknown[]) =>
      db.fork().execute(
        `insert into claims (organisation_id, site_id, resource_id, unit, during, kind, booking_id, item_id, shared_by)
         values ('o', 's', ?, ?, tstzrange(now(), now() + interval '1 hour', '[)'), 'guest', ?, 'i', ?)`,
        [guest, unit, orderId(), line],
      );
    await claim(first);
    if (isAllowed) await claim(second);
    else await expect(claim(second)).rejects.toThrow(/claims_never_overlap/);
  });
});
