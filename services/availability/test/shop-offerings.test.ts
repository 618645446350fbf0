import { PractitionerScheduleServiceService } from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staff } from '../../../test/support/callers.ts';
import { blankSession, build, hire, offer } from '../../../test/support/offerings.ts';
import { holdFor, offerClass, openSql, placesIn } from './classes.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const nothing = { practitionerIds: [], roomIds: [] };
/** The day on which the tests began, also past midnight. */
const begun = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/London' });
const getOffering = (offeringType: string, offeringId: string) =>
  world.shop.getShopOffering({ siteId: world.siteId, offeringType, offeringId }, world.anybody);
const idsOf = ({ data }: { data: { id: string }[] }): string[] => data.map(({ id }) => id);
const listOn = (date?: string) =>
  world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [], ...(date && { date }) }, world.anybody);

const addClass = async (name: string): Promise<string> => (await offerClass(world, { name })).id;

const addSession = (sessionTypeId: string, date: string, capacity = 5) =>
  world.sessions.createSession(
    { ...blankSession, sessionTypeId, startTime: `${date}T12:00:00Z`, capacity },
    world.staff,
  );

/** Makes a practitioner work on a date between these times only. */
const openFor = (practitionerId: string, date: string, timeFrom: string, timeTo: string) =>
  world
    .peer(PractitionerScheduleServiceService)
    .updateRotaOfDate({ practitionerId, date, availabilityRules: [{ weekday: '', timeFrom, timeTo }] }, world.staff);

describe('the next date of an offering', () => {
  test('is the first on which any of its durations can be booked, and there is none without a price', async () => {
    const roomIds = await build(world, 1);
    const type = await offer(world, { practitionerIds: [], roomIds }, { durations: [60, 90] });
    await world.types.createAppointmentTypeAvailabilityRule(
      { parentId: type.id, rule: { id: '', weekdays: [], dateFrom: addDays(begun, 40) } },
      world.staff,
    );
    expect(await getOffering('appointment', type.id)).toMatchObject({
      nextAvailableDate: addDays(begun, 40),
      duration: 60,
      durations: [60, 90],
      hasAvailability: true,
      priceFrom: 8_000,
    });
    const unpriced = await world.types.copyAppointmentType(
      { id: type.id, appointmentType: type, updateMask: [] },
      world.staff,
    );
    for (const { id } of unpriced.priceRules) {
      await world.types.deleteAppointmentTypePriceRule({ parentId: unpriced.id, id }, world.staff);
    }
    const none = { hasAvailability: false, nextAvailableDate: null };
    expect(await getOffering('appointment', unpriced.id)).toMatchObject(none);
    // A list looks a month ahead.
    expect((await listOn()).data.find(({ id }) => id === type.id)).toMatchObject(none);
  });

  test('is one of its dates, each with the first and the last start of any duration', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] }, { durations: [120, 60, 30] });
    const date = addDays(begun, 5);
    await openFor(id, date, '10:00', '11:00');
    const of = { offeringType: 'appointment', offeringId: type.id, dateFrom: date, dateTo: addDays(date, 1) };
    const startsOf = async (duration?: number, more: object = {}) =>
      (
        await world.shop.getOfferingDatesAvailability(
          { ...of, practitionerId: [], ...(duration && { duration }), ...more },
          world.anybody,
        )
      ).data.map(({ bookableFrom, bookableTo }) => [bookableFrom?.slice(11, 16), bookableTo?.slice(11, 16)]);
    expect(await startsOf()).toEqual([
      ['10:00', '10:30'],
      ['09:00', '16:30'],
    ]);
    const instants = { dateFrom: `${date}T12:00:00Z`, dateTo: `${addDays(date, 1)}T12:00:00Z` };
    expect(await startsOf(undefined, instants)).toEqual(await startsOf());
    expect(await startsOf(60)).toEqual([
      ['10:00', '10:00'],
      ['09:00', '16:00'],
    ]);
  });

  test('has its starts in every duration that can be booked, unless one is asked for', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] }, { durations: [120, 60, 30] });
    const date = addDays(begun, 5);
    await openFor(id, date, '10:00', '11:00');
    const search = async (duration?: number) => {
      const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
      const of = { siteId: world.siteId, appointmentTypeId: type.id, dateFrom: date, dateTo: date };
      const question = { ...of, ...nothing, ...(duration && { duration }) };
      const { data } = await world.shop.getAppointmentAvailability(question, world.anybody);
      return data.map(({ startTime, endTime, duration: minutes }) => [
        ...[startTime.slice(11, 16), endTime.slice(11, 16), minutes],
      ]);
    };
    const [short, long, late] = [
      ['10:00', '10:30', 30],
      ['10:00', '11:00', 60],
      ['10:30', '11:00', 30],
    ];
    expect(await search()).toEqual([short, long, late]);
    expect([await search(30), await search(120)]).toEqual([[short, late], []]);
  });

  test('of sessions is that of the first with a place left', async () => {
    const classes = await addClass('Yoga');
    expect(await getOffering('session', classes)).toMatchObject({ hasAvailability: false, nextAvailableDate: null });
    const [full, open] = [addDays(begun, 2), addDays(begun, 5)];
    const session = await addSession(classes, full, 1);
    await addSession(classes, open);
    expect((await getOffering('session', classes)).nextAvailableDate).toBe(full);
    await holdFor(world, placesIn(session));
    const next = { hasAvailability: true, nextAvailableDate: open };
    expect(await getOffering('session', classes)).toMatchObject(next);
    expect((await listOn()).data.find(({ id }) => id === classes)).toMatchObject(next);
  });
});

describe('sessions beyond the thousand of one page', () => {
  const count = 1_100;
  const date = addDays(begun, 3);
  const dates = async (offeringId: string, dateTo: string) =>
    (
      await world.shop.getOfferingDatesAvailability(
        { siteId: world.siteId, offeringType: 'session', offeringId, dateFrom: date, dateTo, practitionerId: [] },
        world.anybody,
      )
    ).data;

  /** A type with so many sessions a minute apart from half past midnight UTC on, and one more ten days later. */
  const busyClass = async (extra: object = {}): Promise<string> => {
    const { id } = await offerClass(world, extra);
    const first = await addSession(id, date);
    const sql = await openSql(world);
    await sql.run(
      `insert into sessions select (jsonb_populate_record(s, jsonb_build_object('id', s.id || n, 'start_time', start, 'end_time', start + '1 min'::interval))).*
       from sessions s, generate_series(0, $2::int - 1) n, lateral (select $3::timestamptz + n * '1 min'::interval as start) at where s.id = $1`,
      [first.id, count, `${date}T00:30:00Z`],
    );
    await sql.end();
    await addSession(id, addDays(date, 10));
    return id;
  };
  const instant = (text: string | null | undefined) => new Date(text ?? '').getTime();

  test('count for their date, and for those after it', async () => {
    const [ofDate, ...later] = await dates(await busyClass(), addDays(date, 10));
    const from = instant(`${date}T00:30:00Z`);
    expect([instant(ofDate?.bookableFrom), instant(ofDate?.bookableTo)]).toEqual([from, from + (count - 1) * 60_000]);
    expect(later.map(({ hasAvailability }) => hasAvailability)).toEqual([...Array<boolean>(9).fill(false), true]);
  });

  test('are found where none before them can be booked', async () => {
    const id = await busyClass({ minAdvanceBookingsInterval: 'P7D' });
    expect((await getOffering('session', id)).nextAvailableDate).toBe(addDays(date, 10));
  });
});

test('a list with a date has only what can be booked then', async () => {
  const date = addDays(begun, 3);
  const daily = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
  const other = await offer(world, nothing);
  await world.types.createAppointmentTypeAvailabilityRule(
    { parentId: other.id, rule: { id: '', weekdays: [], dateFrom: date, dateTo: date, isAvailable: false } },
    world.staff,
  );
  const [on, off] = [await addClass('On that day'), await addClass('Another day')];
  await addSession(on, date);
  await addSession(off, addDays(date, 1));
  const all = idsOf(await listOn());
  const listed = await listOn(date);
  for (const id of [daily.id, other.id, on, off]) expect(all).toContain(id);
  for (const id of [daily.id, on]) expect(idsOf(listed)).toContain(id);
  for (const id of [other.id, off]) expect(idsOf(listed)).not.toContain(id);
  expect(listed.data.every(({ hasAvailability }) => hasAvailability)).toBe(true);
  // A date may be told by an instant of it.
  expect(idsOf(await listOn(`${date}T12:00:00Z`))).toEqual(idsOf(listed));
  expect(await listOn(addDays(begun, -1))).toEqual({ data: [] });
});

describe('what goes with an offering', () => {
  test('is what it names, in that order, but for what is archived, private, not online or of another kind', async () => {
    const [first, second] = [await offer(world, nothing), await addClass('With it')];
    const archived = await offer(world, nothing);
    await world.types.deleteAppointmentType({ id: archived.id }, world.staff);
    const secret = await offer(world, nothing, { private: true });
    const offline = await offer(world, nothing, { offeredOnline: false });
    const named = (offeringType: string, offeringId: string) => ({ offeringType, offeringId });
    const type = await offer(world, nothing, {
      crossSellOfferings: [
        named('session', second),
        ...[archived.id, secret.id, offline.id, second, 'nothing'].map((id) => named('appointment', id)),
        named('appointment', first.id),
      ],
      upsellOfferings: [named('appointment', first.id)],
    });
    const asked = { siteId: world.siteId, offeringType: 'appointment', offeringId: type.id };
    const crossSells = await world.shop.listShopOfferingCrossSells(asked, world.anybody);
    expect(idsOf(crossSells)).toEqual([second, first.id]);
    expect(crossSells.data[0]).toMatchObject({ type: 'session', name: 'With it', priceFrom: 1_500, currency: 'gbp' });
    expect(idsOf(await world.shop.listShopOfferingUpsells(asked, world.anybody))).toEqual([first.id]);
  });

  test('is hidden with an offering that is not online, from staff of elsewhere too', async () => {
    const offline = await offer(world, nothing, { offeredOnline: false });
    const asked = { siteId: world.siteId, offeringType: 'appointment', offeringId: offline.id };
    const { organisationId } = world.staff.principal;
    const colleague = staff({ organisationId, brandId: world.brandId }, ['another-site']);
    for (const caller of [world.anybody, world.stranger, colleague])
      await expect(world.shop.getShopOffering(asked, caller)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await world.shop.getShopOffering(asked, world.staff)).toMatchObject({ id: offline.id });
  });

  test('is hidden with the offering itself', async () => {
    const offline = await offer(world, nothing, { offeredOnline: false });
    const asked = { siteId: world.siteId, offeringType: 'appointment', offeringId: offline.id };
    expect(await world.shop.listShopOfferingUpsells(asked, world.staff)).toEqual({ data: [] });
    for (const request of [asked, { ...asked, offeringId: 'x' }, { ...asked, siteId: 'x' }]) {
      await expect(world.shop.listShopOfferingUpsells(request, world.anybody)).rejects.toMatchObject({
        kind: 'not_found',
      });
    }
  });
});
