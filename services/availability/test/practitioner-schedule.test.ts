import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PractitionerScheduleServiceService } from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { staff as staffWith } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankPractitioner, blankRota, hire, offer } from '../../../test/support/offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let schedules: Peer<typeof PractitionerScheduleServiceService>;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
/** A date without summer time, so that wall times can be written down. */
const january = '2030-01-15';
const blank = { id: '', hasAvailabilityId: '', isAvailable: false };

const entry = (parentId: string, dateTimeFrom: string, dateTimeTo: string, isAvailable: boolean, staff = world.staff) =>
  schedules.createPractitionerCustomAvailability(
    { parentId, customAvailability: { ...blank, dateTimeFrom, dateTimeTo, isAvailable } },
    staff,
  );
const entriesOf = async (parentId: string) =>
  (await schedules.listPractitionerCustomAvailability({ parentId }, world.staff)).data;
const setRota = (practitionerId: string, day: string, times: [string, string][], staff = world.staff) =>
  schedules.updateRotaOfDate(
    { practitionerId, date: day, availabilityRules: times.map(([timeFrom, timeTo]) => ({ timeFrom, timeTo })) },
    staff,
  );
const rotaOf = (practitionerId: string, day: string) =>
  schedules.getRotaOfDate({ practitionerId, date: day }, world.staff);
const timesOf = async (practitionerId: string, day: string) =>
  (await rotaOf(practitionerId, day)).data?.availabilityRules.map(({ timeFrom, timeTo }) => `${timeFrom}-${timeTo}`);
const startsOf = async (appointmentTypeId: string) => {
  const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const question = { siteId: world.siteId, appointmentTypeId, dateFrom: date, dateTo: date, ...nothing };
  return (await world.shop.getAppointmentAvailability(question, world.anybody)).data.map(({ startTime }) =>
    startTime.slice(11, 16),
  );
};

beforeAll(async () => {
  world = await startWorld();
  schedules = world.peer(PractitionerScheduleServiceService);
});
afterAll(() => world.stop());

describe('custom availability', () => {
  test('is kept in the time of the site, listed by its start and filtered, changed by mask and removed', async () => {
    const [id = ''] = await hire(world, 1);
    const late = await entry(id, '2030-07-02T20:00:00+02:00', '2030-07-02T21:00:00+02:00', true);
    const early = await entry(id, '2030-07-01T08:00:00.000Z', '2030-07-01T09:30:00Z', false);
    expect(late).toEqual({
      id: late.id,
      hasAvailabilityId: id,
      dateTimeFrom: '2030-07-02T19:00:00+01:00',
      dateTimeTo: '2030-07-02T20:00:00+01:00',
      isAvailable: true,
    });
    expect(await entriesOf(id)).toEqual([early, late]);
    const only = (isAvailable: boolean) =>
      schedules.listPractitionerCustomAvailability({ parentId: id, isAvailable, perPage: 1 }, world.staff);
    expect([(await only(true)).data, (await only(false)).data]).toEqual([[late], [early]]);
    expect((await only(true)).page).toEqual({ page: 1, perPage: 1, total: 1 });

    const one = { parentId: id, id: early.id };
    const customAvailability = { ...blank, dateTimeFrom: '', dateTimeTo: '2030-07-01T10:00:00Z' };
    const changed = await schedules.updatePractitionerCustomAvailability(
      { ...one, customAvailability, updateMask: ['date_time_to'] },
      world.staff,
    );
    expect(changed).toEqual({ ...early, dateTimeTo: '2030-07-01T11:00:00+01:00' });
    expect(await schedules.getPractitionerCustomAvailability(one, world.staff)).toEqual(changed);
    await schedules.deletePractitionerCustomAvailability(one, world.staff);
    expect(await entriesOf(id)).toEqual([late]);
  });

  test('that ends before it begins is refused, and that of somebody hidden is not found', async () => {
    const [id = ''] = await hire(world, 1);
    const [from, to] = ['2030-07-01T08:00:00Z', '2030-07-01T09:00:00Z'];
    await expect(entry(id, to, from, true)).rejects.toMatchObject({ fields: { date_time_to: [expect.any(String)] } });
    await expect(entry(id, from, to, true, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('is what searches see at once: absences end working time, presences add to it', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const lunch = await entry(id, inLondon(date, '10:00'), inLondon(date, '15:00'), false);
    await entry(id, inLondon(date, '18:00'), inLondon(date, '19:30'), true);
    expect(await startsOf(type.id)).toEqual(['09:00', '15:00', '15:30', '16:00', '18:00', '18:30']);
    await schedules.deletePractitionerCustomAvailability({ parentId: id, id: lunch.id }, world.staff);
    expect(await startsOf(type.id)).toHaveLength(17);
  });

  test('is for who manages the schedules of every site of the practitioner', async () => {
    const { site, staff } = await world.openSite();
    const person = { ...blankPractitioner, siteIds: [world.siteId, site.id], name: 'Of two sites' };
    const { id } = await world.practitioners.createPractitioner(person, staff);
    const { organisationId } = world.staff.principal;
    const held = ['schedule.manage', 'reservations.view'];
    const ofOne = staffWith({ organisationId, brandId: world.brandId }, [world.siteId], { held });
    const [from, to] = ['2030-07-01T08:00:00Z', '2030-07-01T09:00:00Z'];
    await expect(entry(id, from, to, true, ofOne)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(setRota(id, january, [], ofOne)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(entry(id, from, to, true, staff)).resolves.toBeDefined();
    expect((await schedules.listPractitionerCustomAvailability({ parentId: id }, ofOne)).data).toHaveLength(1);
  });
});

describe('the rota of a date', () => {
  test('is that of the week of the cycle, beside the rules it comes from', async () => {
    const { id } = await world.practitioners.createPractitioner(
      { ...blankPractitioner, siteIds: [world.siteId], name: 'Every other week' },
      world.staff,
    );
    const rules = [
      { weekday: 'tuesday', timeFrom: '09:00', timeTo: '12:00', weekNum: 1 },
      { weekday: 'tuesday', timeFrom: '13:00', timeTo: '00:00', weekNum: 2 },
    ];
    const rota = { startDate: january, schedulingWeekInterval: 2, availabilityRules: rules };
    await world.rotas.createPractitionerRota({ ...blankRota, practitionerId: id, ...rota }, world.staff);
    const nextWeek = addDays(january, 7);
    expect(await rotaOf(id, nextWeek)).toEqual({
      data: {
        date: nextWeek,
        availabilityRules: [{ weekday: 'tuesday', timeFrom: '13:00', timeTo: '00:00', weekNum: null }],
        source: 'rota',
      },
      forDate: { date: nextWeek, rules: [{ weekday: 'tuesday', timeFrom: '13:00', timeTo: '00:00', weekNum: 2 }] },
    });
    expect(await timesOf(id, january)).toEqual(['09:00-12:00']);
    expect(await timesOf(id, addDays(january, -14))).toEqual([]);
    expect(await timesOf(id, addDays(january, 1))).toEqual([]);
  });

  test('can be set: other times replace it, none end it, its own bring it back without a trace', async () => {
    const [id = ''] = await hire(world, 1);
    const set = await setRota(id, january, [
      ['10:00', '12:30'],
      ['18:00', '00:00'],
    ]);
    expect(set.data).toMatchObject({ source: 'custom', date: january });
    expect(set.forDate?.rules).toMatchObject([{ timeFrom: '09:00', timeTo: '17:00' }]);
    expect(await timesOf(id, january)).toEqual(['10:00-12:30', '18:00-00:00']);

    expect((await setRota(id, january, [])).data).toMatchObject({ source: 'custom', availabilityRules: [] });
    expect(await entriesOf(id)).toMatchObject([
      { dateTimeFrom: '2030-01-15T00:00:00+00:00', dateTimeTo: '2030-01-16T00:00:00+00:00', isAvailable: false },
    ]);
    expect((await setRota(id, january, [['09:00', '17:00']])).data).toMatchObject({ source: 'rota' });
    expect(await entriesOf(id)).toEqual([]);
  });

  test('leaves the rest of a longer absence as it was', async () => {
    const [id = ''] = await hire(world, 1);
    await entry(id, '2030-01-14T00:00:00Z', '2030-01-17T00:00:00Z', false);
    await setRota(id, january, [['09:00', '17:00']]);
    const days = [-2, -1, 0, 1, 2].map((days) => addDays(january, days));
    expect(await Promise.all(days.map((day) => timesOf(id, day)))).toEqual([
      ['09:00-17:00'],
      [],
      ['09:00-17:00'],
      [],
      ['09:00-17:00'],
    ]);
  });

  test('has the hours of a day when the clocks change', async () => {
    const [id = ''] = await hire(world, 1);
    // London: 23 hours on the last Sunday of March 2030, 25 on that of October.
    for (const [day, hours] of [
      ['2030-03-31', 23],
      ['2030-10-27', 25],
    ] as const) {
      await setRota(id, day, [['00:00', '00:00']]);
      expect(await timesOf(id, day)).toEqual(['00:00-00:00']);
      const { data } = await schedules.listPractitionerScheduledAvailability(
        { practitionerIds: [id], siteId: [], dateFrom: day, dateTo: day },
        world.staff,
      );
      const [whole] = data;
      expect((Date.parse(whole?.endTime ?? '') - Date.parse(whole?.startTime ?? '')) / 3_600_000).toBe(hours);
    }
  });

  test('is read in the time of the first site', async () => {
    const { site, staff } = await world.openSite({ timezone: 'America/Santiago' });
    const person = { ...blankPractitioner, siteIds: [site.id], name: 'In Santiago' };
    const { id } = await world.practitioners.createPractitioner(person, staff);
    await world.rotas.createPractitionerRota({ ...blankRota, practitionerId: id }, staff);
    // The clocks skip the first hour of this Sunday.
    await setRota(id, '2030-09-08', [['00:00', '03:00']], staff);
    const request = { practitionerIds: [id], siteId: [], dateFrom: '2030-09-07', dateTo: '2030-09-08' };
    const { data } = await schedules.listPractitionerScheduledAvailability(request, staff);
    expect(data.map(({ startTime, endTime, source }) => [startTime, endTime, source])).toEqual([
      ['2030-09-07T09:00:00-04:00', '2030-09-07T17:00:00-04:00', 'rota'],
      ['2030-09-08T01:00:00-03:00', '2030-09-08T03:00:00-03:00', 'custom'],
    ]);
  });

  test('with an end before its start or the weekday of another date is refused by field', async () => {
    const [id = ''] = await hire(world, 1);
    const request = {
      practitionerId: id,
      date: january,
      availabilityRules: [
        { timeFrom: '12:00', timeTo: '09:00' },
        { timeFrom: '12:00', timeTo: '13:00', weekday: 'monday' },
      ],
    };
    await expect(schedules.updateRotaOfDate(request, world.staff)).rejects.toMatchObject({
      fields: {
        'availability_rules.0.time_to': ['The end must be after the start.'],
        'availability_rules.1.weekday': ['The weekday of this date is tuesday.'],
      },
    });
    await expect(setRota(id, january, [], world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(schedules.getRotaOfDate({ practitionerId: id, date: january }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('scheduled availability', () => {
  const ask = (request: object, staff = world.staff) =>
    schedules.listPractitionerScheduledAvailability({ practitionerIds: [], siteId: [], ...request }, staff);

  test('is every window of the practitioners asked for, date by date and page by page, with what set it', async () => {
    const [a = '', b = ''] = await hire(world, 2);
    await entry(a, `${january}T12:00:00Z`, `${january}T13:00:00Z`, false);
    const range = { practitionerIds: [a, b], dateFrom: january, dateTo: addDays(january, 1) };
    const { data, page } = await ask(range);
    const short = data.map(({ practitionerId, date: day, startTime, endTime, source }) =>
      [practitionerId === a ? 'a' : 'b', day.slice(8), startTime.slice(11, 16), endTime.slice(11, 16), source].join(
        ' ',
      ),
    );
    const first = ['a 15 09:00 12:00 custom', 'a 15 13:00 17:00 custom', 'a 16 09:00 17:00 rota'];
    const second = ['b 15 09:00 17:00 rota', 'b 16 09:00 17:00 rota'];
    expect(short).toEqual([...first, ...second].toSorted());
    expect(page).toEqual({ page: 1, perPage: 15, total: 5 });
    const last = await ask({ ...range, page: 3, perPage: 2 });
    expect([last.data, last.page?.total]).toEqual([data.slice(4), 5]);
  });

  test('keeps to instants where these are given, and to a week from today without a range', async () => {
    const [id = ''] = await hire(world, 1);
    const from = { practitionerIds: [id], dateTimeFrom: `${january}T17:00:00Z` };
    const { data } = await ask({ ...from, dateTimeTo: '2030-01-17T09:00:00Z' });
    expect(data.map((one) => one.date)).toEqual(['2030-01-16']);
    expect((await ask({ ...from, dateTimeTo: '2030-01-17T09:05:00Z' })).data).toHaveLength(2);
    expect((await ask({ practitionerIds: [id] })).data).toHaveLength(7);
  });

  test('refuses a range that ends before it begins and one of more than a year', async () => {
    await expect(ask({ dateFrom: january, dateTo: '2030-01-14' })).rejects.toMatchObject({
      fields: { date_to: [expect.any(String)] },
    });
    await expect(ask({ dateFrom: january, dateTo: '2031-01-16' })).rejects.toMatchObject({
      fields: { date_to: [expect.any(String)] },
    });
    expect((await ask({ dateFrom: january, dateTo: '2031-01-15' })).page?.total).toBeGreaterThan(366);
  });

  test('is that of practitioners the caller sees only', async () => {
    const [id = ''] = await hire(world, 1);
    expect((await ask({ practitionerIds: [id] }, world.stranger)).data).toEqual([]);
    await expect(ask({ siteId: [world.siteId] }, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
