import { BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OccupancyServiceService, type OccupancyRow } from '@lido/proto/lido/availability/v1/occupancy.ts';
import { PractitionerScheduleServiceService } from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import { ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import { JobServiceService } from '@lido/proto/lido/jobs/v1/job.ts';
import { callerMetadata, type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { staff, type TestCaller } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { blankArea, dig } from '../../../test/support/areas.ts';
import { openSql } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

const zone = 'Europe/London';
const dayMs = 86_400_000;
let world: World;
let reports: Peer<typeof OccupancyServiceService>;
let jobs: Peer<typeof JobServiceService>;
let shiftMs = 0;
const date = addDays(localDateOf(Date.now(), zone), 10);
const dates = { dateFrom: date, dateTo: date };
let people: string[];
let places: string[];

beforeAll(async () => {
  world = await startWorld({ clock: { nowMs: () => Date.now() + shiftMs } });
  reports = peerOf(OccupancyServiceService, world.client);
  jobs = peerOf(JobServiceService, world.client);
  people = await hire(world, 2);
  places = await build(world, 2);
  const [practitioner = '', room = ''] = [people[0], places[0]];
  const type = await offer(
    world,
    { practitionerIds: [practitioner], roomIds: [room] },
    { endBuffer: 15, startTimeInterval: 15 },
  );
  const hold = async (time: string, isConfirmed: boolean) => {
    const order = orderId();
    const { data } = await world.shop.listAppointmentSlots(
      { appointmentTypeId: type.id, date, siteId: world.siteId, ...nothing },
      world.anybody,
    );
    const at = data.find(({ startTime }) => startTime.includes(`T${time}`))?.startTime ?? '';
    const holding = { siteId: world.siteId, customerId: null, holdMinutes: 60, skipRules: false, isOnline: true };
    await world.bookings.hold({ ...holding, orderId: order, items: [itemAt(type.id, at)] }, world.staff);
    if (isConfirmed) await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
  };
  await hold('10:00', true);
  await hold('12:00', true);
  await hold('14:00', false);
});
afterAll(() => world.stop());

const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
const none = { zoneId: [], dateFrom: null, dateTo: null, dateTimeFrom: null, dateTimeTo: null, siteId: null };
const rowOf = (rows: readonly OccupancyRow[], id: string | undefined) => rows.filter((row) => row.resource?.id === id);

describe('the occupancy of practitioners', () => {
  const ask = (request: object, caller = world.staff) =>
    reports.getPractitionerOccupancyReport({ ...none, siteId: world.siteId, ...request }, caller);
  const wholeDay = { dateTimeFrom: date, dateTimeTo: date };

  test('counts their rota, what is booked without the time to clear up, which is blocked, and no holds', async () => {
    const { data, totals, metadata } = await ask(wholeDay);
    const booked = { availableMinutes: 480, bookedMinutes: 120, blockedMinutes: 30, occupancyPercent: 26.7 };
    const resource = { id: people[0], name: 'Therapist 0' };
    expect(rowOf(data, people[0])).toEqual([{ resource, date: null, ...booked }]);
    expect(rowOf(data, people[1])).toMatchObject([{ availableMinutes: 480, bookedMinutes: 0, occupancyPercent: 0 }]);
    expect(totals).toEqual({ availableMinutes: 960, bookedMinutes: 120, blockedMinutes: 30, occupancyPercent: 12.9 });
    expect(metadata).toEqual({ ...dates, timezone: zone });
  });

  test('is cut to the minute by instants', async () => {
    const { data } = await ask({ dateTimeFrom: inLondon(date, '10:30'), dateTimeTo: inLondon(date, '11:10') });
    expect(rowOf(data, people[0])).toMatchObject([{ availableMinutes: 40, bookedMinutes: 30, blockedMinutes: 10 }]);
  });

  test('covers every site where the caller may see reports when none is named, and each practitioner once', async () => {
    expect(await ask({ ...wholeDay, siteId: null })).toEqual(await ask(wholeDay));
  });

  test('is refused for ranges that end before they begin or are longer than a year', async () => {
    const early = { dateTimeFrom: date, dateTimeTo: addDays(date, -1) };
    await expect(ask(early)).rejects.toMatchObject({ kind: 'invalid', fields: { date_time_to: [expect.any(String)] } });
    await expect(ask({ dateTimeFrom: date, dateTimeTo: addDays(date, 366) })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  test('hides other sites, and needs the permission', async () => {
    await expect(ask(wholeDay, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    const { organisationId, grants } = world.staff.principal;
    const viewer = staff({ organisationId, brandId: grants[0]?.brandId ?? '' }, [world.siteId], {
      held: ['reservations.view'],
    });
    await expect(ask(wholeDay, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('the occupancy of practitioners by date', () => {
  test('has a row for each of them and each local date, and adds up to the report without dates', async () => {
    const range = { dateFrom: addDays(date, -1), dateTo: addDays(date, 1) };
    const byDate = await reports.getPractitionerOccupancyByDateReport(
      { ...none, siteId: world.siteId, ...range },
      world.staff,
    );
    expect(rowOf(byDate.data, people[0]).map((row) => [row.date, row.bookedMinutes])).toEqual([
      [addDays(date, -1), 0],
      [date, 120],
      [addDays(date, 1), 0],
    ]);
    const instants = { dateTimeFrom: range.dateFrom, dateTimeTo: range.dateTo };
    const whole = await reports.getPractitionerOccupancyReport(
      { ...none, siteId: world.siteId, ...instants },
      world.staff,
    );
    expect(byDate.totals).toEqual(whole.totals);
  });
});

describe('the occupancy of rooms', () => {
  const ask = (request: object, caller: TestCaller = world.staff) =>
    reports.getRoomOccupancyReport({ ...none, ...dates, siteId: world.siteId, roomIds: [], ...request }, caller);

  test('counts opening hours, bookings and the time to clear up', async () => {
    const { data } = await ask({});
    expect(rowOf(data, places[0])).toMatchObject([{ availableMinutes: 720, bookedMinutes: 120, blockedMinutes: 30 }]);
    expect(data).toHaveLength(2);
  });

  test('is narrowed to zones', async () => {
    const zone = { id: '', siteId: world.siteId, organisationId: '', name: 'Garden', createdAt: '', updatedAt: '' };
    const { id } = await world.peer(ZoneServiceService).createZone(zone, world.staff);
    const [place = ''] = places;
    const { zones: _zones, ...room } = await world.rooms.getRoom({ id: place }, world.staff);
    const change = { id: place, room: { ...room, zones: [], zoneIds: [id] }, updateMask: ['zone_ids'] };
    await world.rooms.updateRoom(change, world.staff);
    expect((await ask({ zoneId: [id] })).data.map(({ resource }) => resource?.id)).toEqual([place]);
    expect((await ask({ zoneId: ['elsewhere'] })).data).toEqual([]);
  });

  test('is narrowed to the rooms named, and shows nothing of rooms elsewhere', async () => {
    const { data, totals } = await ask({ roomIds: [places[1] ?? '', 'elsewhere'] });
    expect(data).toMatchObject([{ resource: { id: places[1] }, bookedMinutes: 0 }]);
    expect(totals).toMatchObject({ availableMinutes: 720 });
  });
});

describe('the occupancy of bookable areas', () => {
  let tubs: string[];
  const ask = (request: object = {}) =>
    reports.getBookableAreaOccupancyReport(
      { ...none, ...dates, siteId: world.siteId, bookableAreaIds: [], ...request },
      world.staff,
    );

  beforeAll(async () => {
    tubs = await dig(world, 4, 1);
    const sql = await openSql(world);
    const claim = (id: string, hours: string, guests: number, kind: string, expires: string) =>
      sql.run(
        `insert into area_claims (organisation_id, site_id, area_id, during, kind, guests, order_id, booking_id, item_id, expires_at)
         values ('o', $1, $2, tstzrange($3::date + time '${hours.replace('-', `', $3::date + time '`)}'), $4, $5, $6, $6, $6, ${expires})`,
        [world.siteId, tubs[0], date, kind, guests, id],
      );
    await claim('a1', '10:00-11:00', 2, 'booking', 'null');
    await claim('a2', '10:30-12:00', 1, 'booking', 'null');
    await claim('a3', '14:00-15:00', 3, 'booking', `lido_now() + interval '1 hour'`);
    await claim('a4', '16:00-16:30', 4, 'block', 'null');
    for (const [id, ends] of [
      ['a1', '11:00'],
      ['a2', '11:30'],
    ] as const) {
      await sql.run(
        `insert into bookings (id, organisation_id, site_id, order_id, item_id, offering_type, offering_id, starts_at, ends_at,
           guests, status, price_minor, request, summary, created_at, updated_at)
         values ($1, 'o', $2, $1, $1, 'area_booking', 't', $3::date + time '10:00', $3::date + $4::time, 1, 'confirmed', 0,
           '{}', '{}', now(), now())`,
        [id, world.siteId, date, ends],
      );
    }
    await sql.end();
  });

  test('counts minutes of places: of guests, without holds; blocked are the time to clear up, and blocks', async () => {
    const { data, totals } = await ask();
    const busy = { bookedMinutes: 2 * 60 + 60, blockedMinutes: 30 + 4 * 30 };
    expect(rowOf(data, tubs[0])).toMatchObject([
      { resource: { name: 'Tub for 4' }, availableMinutes: 4 * 720, ...busy },
    ]);
    expect(rowOf(data, tubs[1])).toMatchObject([{ availableMinutes: 720, bookedMinutes: 0, occupancyPercent: 0 }]);
    expect(totals).toMatchObject({ availableMinutes: 5 * 720, ...busy });
  });

  test('is narrowed to the areas named and to zones, and comes as CSV', async () => {
    expect((await ask({ bookableAreaIds: [tubs[1] ?? ''] })).data.map(({ resource }) => resource?.id)).toEqual([
      tubs[1],
    ]);
    expect((await ask({ zoneId: ['elsewhere'] })).data).toEqual([]);
    const zones = world.peer(ZoneServiceService);
    const zone = { id: '', siteId: world.siteId, organisationId: '', name: 'Wet', createdAt: '', updatedAt: '' };
    const { id } = await zones.createZone(zone, world.staff);
    const areas = world.peer(BookableAreaServiceService);
    const bookableArea = { ...blankArea, zoneIds: [id] };
    await areas.updateBookableArea({ id: tubs[0] ?? '', bookableArea, updateMask: ['zone_ids'] }, world.staff);
    expect((await ask({ zoneId: [id] })).data.map(({ resource }) => resource?.id)).toEqual([tubs[0]]);
    await zones.deleteZone({ id }, world.staff);
    expect(await areas.getBookableArea({ id: tubs[0] ?? '' }, world.staff)).toMatchObject({ zoneIds: [], zones: [] });
    expect((await ask({ zoneId: [id] })).data).toEqual([]);
    const request = { ...none, ...dates, siteId: world.siteId, bookableAreaIds: [tubs[1] ?? ''] };
    const job = await reports.queueBookableAreaOccupancyReport(request, world.staff);
    expect(await finished(job.id)).toContain(`${tubs[1]},Tub for 1,720,0,0,0`);
  });

  test('hides other sites', async () => {
    await expect(ask({ siteId: 'elsewhere' })).rejects.toMatchObject({ kind: 'not_found' });
  });
});

/** The lines of a report once it is done. */
async function finished(id: string): Promise<string[]> {
  await expect
    .poll(async () => (await jobs.getJob({ id }, world.staff)).status, { timeout: 20_000 })
    .toBe('JOB_STATUS_DONE');
  const parts: string[] = [];
  const metadata = callerMetadata(world.staff.principal, 'q');
  const stream = world.client.serverStream(JobServiceService.downloadJob, { id }, { metadata, deadlineMs: 5_000 });
  for await (const { content } of stream) parts.push(Buffer.from(content).toString());
  return parts.join('').trimEnd().split('\n');
}

describe('a queued report', () => {
  test('of practitioners has the rows of the report', async () => {
    const request = { ...none, siteId: world.siteId, dateTimeFrom: date, dateTimeTo: date };
    const job = await reports.queuePractitionerOccupancyReport(request, world.staff);
    expect(job).toMatchObject({ type: 'practitioner_occupancy', status: 'JOB_STATUS_QUEUED' });
    const [header, ...lines] = await finished(job.id);
    expect(header).toBe('resource_id,resource_name,available_minutes,booked_minutes,blocked_minutes,occupancy_percent');
    expect(lines).toEqual([`${people[0]},Therapist 0,480,120,30,26.7`, `${people[1]},Therapist 1,480,0,0,0`]);
  });

  test('by date and of rooms, too', async () => {
    const byDate = await reports.queuePractitionerOccupancyByDateReport({ ...none, ...dates }, world.staff);
    expect(await finished(byDate.id)).toContain(`${people[0]},Therapist 0,${date},480,120,30,26.7`);
    const ofRooms = await reports.queueRoomOccupancyReport({ ...none, ...dates, roomIds: [] }, world.staff);
    expect(await finished(ofRooms.id)).toContain(`${places[0]},Room 0,720,120,30,17.4`);
  });

  test('is refused at once for a range it can not cover', async () => {
    const request = { ...none, dateFrom: date, dateTo: addDays(date, 400), roomIds: [] };
    await expect(reports.queueRoomOccupancyReport(request, world.staff)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

test('a date that has passed is reported as it was, with what overrode the rota', async () => {
  const ask = () =>
    reports.getPractitionerOccupancyByDateReport({ ...none, ...dates, siteId: world.siteId }, world.staff);
  const absence = { dateTimeFrom: inLondon(date, '15:00'), dateTimeTo: inLondon(date, '17:00'), isAvailable: false };
  const customAvailability = { id: '', hasAvailabilityId: '', ...absence };
  await world
    .peer(PractitionerScheduleServiceService)
    .createPractitionerCustomAvailability({ parentId: people[1] ?? '', customAvailability }, world.staff);
  const before = await ask();
  expect(rowOf(before.data, people[1])).toMatchObject([{ availableMinutes: 360 }]);
  shiftMs = 100 * dayMs;
  expect(await ask()).toEqual(before);
  await world.practitioners.deletePractitioner({ id: people[1] ?? '' }, world.staff);
  expect(await ask()).toEqual(before);
  const today = { dateFrom: localDateOf(Date.now() + shiftMs, zone), dateTo: null };
  const later = await reports.getPractitionerOccupancyByDateReport({ ...none, ...today }, world.staff);
  expect(
    rowOf(later.data, people[1])
      .slice(1)
      .every((row) => row.availableMinutes === 0),
  ).toBe(true);
  expect(rowOf(later.data, people[0])[1]).toMatchObject({ availableMinutes: 480 });
});
