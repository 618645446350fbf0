import { BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import { type CalendarEvent, CalendarServiceService } from '@lido/proto/lido/availability/v1/calendar.ts';
import { BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { OccupancyServiceService } from '@lido/proto/lido/availability/v1/occupancy.ts';
import { ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staff } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { keepOrderCard } from '../src/order-cards/order-card.repository.ts';
import { blankArea, dig } from '../../../test/support/areas.ts';
import { book, dayAhead, holdFor, offerClass, schedule } from './classes.ts';
import { itemAt } from './offers.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
const date = dayAhead(10);
const at = (time: string): string => inLondon(date, time);
const everything = { viewType: 'CALENDAR_VIEW_UNSPECIFIED' as const, events: [], zoneId: [] };
let world: World;
let db: Database;
let calendar: Peer<typeof CalendarServiceService>;
let people: string[];
let places: string[];
let massage: { order: string; id: string };
let basket: { order: string; id: string };
let session: { id: string; booking: string };
let garden: string;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
  calendar = world.peer(CalendarServiceService);
  people = await hire(world, 2);
  places = await build(world, 2);
  const [practitioner = '', room = ''] = [people[0], places[0]];
  const type = await offer(
    world,
    { practitionerIds: [practitioner], roomIds: [room] },
    { endBuffer: 15, startTimeInterval: 15 },
  );
  const sold = await holdFor(world, itemAt(type.id, at('10:00'), { guestIds: ['ada'] }));
  await world.bookings.confirm({ orderId: sold.order, skipRules: false, itemIds: [] }, world.staff);
  massage = { order: sold.order, id: sold.item.itemId };
  const kept = await holdFor(world, itemAt(type.id, at('14:00')));
  basket = { order: kept.order, id: kept.item.itemId };
  const yoga = await offerClass(world, { duration: 60, waitlistEnabled: true });
  const made = await schedule(world, yoga.id, {
    practitionerId: people[1] ?? '',
    roomId: places[1] ?? '',
    capacity: 5,
  });
  const { item } = await book(world, made, { guestIds: ['bea', 'cleo'], guests: 2 });
  session = { id: made.id, booking: item.itemId };
  await keepOrderCard(db.fork(), orderOf(massage), 1);
  const zone = { id: '', siteId: world.siteId, organisationId: '', name: 'Garden', createdAt: '', updatedAt: '' };
  garden = (await world.peer(ZoneServiceService).createZone(zone, world.staff)).id;
  const inGarden = { ...(await world.rooms.getRoom({ id: places[1] ?? '' }, world.staff)), zoneIds: [garden] };
  await world.rooms.updateRoom({ id: places[1] ?? '', room: inGarden, updateMask: ['zone_ids'] }, world.staff);
});
afterAll(async () => {
  await db.stop();
  await world.stop();
  await telemetry.stop();
});

/** The order of the massage as orders tells of it. */
function orderOf({ order, id }: { order: string; id: string }): Order {
  const blank = Order.decode(new Uint8Array());
  const guest = { id: 'ada', name: 'Ada Byron', firstName: 'Ada', lastName: 'Byron', customerId: 'customer-1' };
  const item = { ...blankItem, id, guests: [guest as never], typeProductCode: 'MASSAGE' };
  return {
    ...blank,
    ...{ id: order, organisationId: world.staff.principal.organisationId, siteId: world.siteId, orderRef: 'A-1' },
    ...{ status: 'ORDER_STATUS_SUBMITTED', stage: 'ORDER_STAGE_ARRIVED', isLocked: true, specialRequests: 'Quiet' },
    ...{ firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com', phone: '01', labelIds: ['vip'] },
    paymentTotals: { paid: 8_000, pending: 0, chargeable: 0, provided: 8_000, missing: 0, unpaid: 0 },
    guests: [guest as never],
    bookingItems: [item as never],
  };
}

const blankItem = {
  status: 'ORDER_ITEM_STATUS_CONFIRMED',
  quantity: 1,
  price: 0,
  discountAmount: 0,
  totalCost: 0,
  netTotal: 0,
};

const list = (request: object = {}, caller = world.staff) =>
  calendar.listCalendarEvents({ ...everything, date, siteId: world.siteId, ...request }, caller);
const keysOf = (events: readonly CalendarEvent[]): string[] => events.map(({ key }) => key);
const eventOf = (events: readonly CalendarEvent[], id: string) => events.find((event) => event.id === id);

describe('the events of a date', () => {
  test('are its appointments, baskets and sessions by their start, with what they take', async () => {
    const { data } = await list();
    expect(keysOf(data).sort()).toEqual([massage.id, basket.id, session.id].sort());
    expect(data.at(-1)?.id).toBe(basket.id);
    expect(eventOf(data, massage.id)).toMatchObject({
      ...{
        eventType: 'CALENDAR_EVENT_TYPE_APPOINTMENT',
        status: 'CALENDAR_EVENT_STATUS_CONFIRMED',
        reservedUntil: null,
      },
      ...{ startTime: at('10:00'), endTime: at('11:00'), duration: 60, endBuffer: 15, locked: true },
      ...{ offeringName: 'Massage', productCode: 'MASSAGE', resourceId: null, sessionDetails: null },
      practitioners: [{ id: people[0], name: 'Therapist 0' }],
      rooms: [{ id: places[0], name: 'Room 0' }],
      bookings: [{ id: massage.id, bookingType: 'CALENDAR_EVENT_TYPE_APPOINTMENT' }],
      order: { id: massage.order, orderRef: 'A-1', status: 'ORDER_STATUS_SUBMITTED', stage: 'ORDER_STAGE_ARRIVED' },
    });
    expect(eventOf(data, basket.id)).toMatchObject({
      status: 'CALENDAR_EVENT_STATUS_RESERVED',
      reservedUntil: expect.any(String) as string,
      order: { id: basket.order, orderRef: null },
    });
    expect(eventOf(data, session.id)).toMatchObject({
      ...{ eventType: 'CALENDAR_EVENT_TYPE_SESSION', offeringName: 'Class', order: null, duration: 60 },
      sessionDetails: { capacity: 5, waitlistEnabled: true },
      bookings: [
        { id: session.booking, order: { id: expect.any(String) as string }, guests: [{ id: 'bea' }, { id: 'cleo' }] },
      ],
      practitioners: [{ id: people[1] }],
      rooms: [{ id: places[1] }],
    });
  });

  test('overlap side by side where they share a column, and have it to themselves where they do not', async () => {
    const { data } = await list();
    const beside = [massage.id, session.id].map((id) => eventOf(data, id));
    expect(beside.map((event) => event?.numOverlaps)).toEqual([1, 1]);
    expect(beside.map((event) => event?.overlapOrder).sort()).toEqual([0, 1]);
    expect(eventOf(data, basket.id)).toMatchObject({ numOverlaps: 0, overlapOrder: 0 });
    const { data: columns } = await list({ viewType: 'CALENDAR_VIEW_PRACTITIONER' });
    expect(columns.map(({ numOverlaps }) => numOverlaps)).toEqual([0, 0, 0]);
  });

  test('appear once for each resource of a view, and not without one', async () => {
    const { data } = await list({ viewType: 'CALENDAR_VIEW_ROOM' });
    expect(eventOf(data, massage.id)).toMatchObject({
      ...{ key: `${massage.id}_${places[0]}`, resourceId: places[0], resourceType: 'CALENDAR_VIEW_ROOM' },
    });
    expect((await list({ viewType: 'CALENDAR_VIEW_AREA' })).data).toEqual([]);
  });

  test('are narrowed to types, keys and ids', async () => {
    const keys = async (...events: string[]) =>
      keysOf((await list({ events, viewType: 'CALENDAR_VIEW_ROOM' })).data).map((key) => key.split('_')[0]);
    expect(await keys('session')).toEqual([session.id]);
    expect(await keys(`appointment..${basket.id}_${places[0]}`)).toEqual([basket.id]);
    expect(await keys(`appointment..${massage.id}`, `session..${session.id}`)).toHaveLength(2);
    expect(await keys(`session..${massage.id}`, 'nonsense')).toEqual([]);
  });

  test('are narrowed to zones', async () => {
    expect(keysOf((await list({ zoneId: [garden] })).data)).toEqual([session.id]);
    expect((await list({ zoneId: ['elsewhere'] })).data).toEqual([]);
  });

  test('are those of the site’s local date, today’s without one', async () => {
    expect((await list({ date: dayAhead(9) })).data).toEqual([]);
    expect((await list({ date: null })).data).toEqual([]);
    expect((await list({ date: `${date}T12:00:00Z` })).data).toHaveLength(3);
    expect((await list({ siteId: null })).data).toHaveLength(3);
  });

  test('leave out what was given back', async () => {
    const gone = await holdFor(world, itemAt(eventOf((await list()).data, massage.id)?.offeringId ?? '', at('16:00')));
    expect((await list()).data).toHaveLength(4);
    await world.bookings.release({ orderId: gone.order, itemIds: [] }, world.staff);
    expect((await list()).data).toHaveLength(3);
  });

  test('are blocked times too, with why and by whom, and take the resources’ time in reports', async () => {
    const blockedTime = {
      ...{ practitionerIds: [people[1] ?? ''], roomIds: [], areaIds: [], startTime: at('15:00'), endTime: at('15:30') },
      ...{ type: 'BLOCKED_TIME_TYPE_MEETING' as const, label: 'Team', notes: 'Bring tea', color: 'aa0055' },
      recurrence: null,
    };
    const blocks = world.peer(BlockedTimeServiceService);
    const { id } = await blocks.createBlockedTime({ blockedTime }, world.staff);
    const { data } = await list({ viewType: 'CALENDAR_VIEW_PRACTITIONER', events: ['blocked_time'] });
    expect(data).toMatchObject([
      {
        ...{ id, resourceId: people[1], startTime: at('15:00'), duration: 30, order: null, offeringId: null },
        blockedTimeDetails: {
          ...{ type: 'BLOCKED_TIME_TYPE_MEETING', label: 'Team', notes: 'Bring tea', color: 'aa0055' },
          createdBy: { id: world.staff.principal.id },
        },
      },
    ]);
    const resources = (zoneId: string[]) =>
      calendar.getCalendarResources({ date, siteId: world.siteId, zoneId }, world.staff);
    expect((await resources([])).blockedTimes).toMatchObject([{ id, practitionerIds: [people[1]] }]);
    expect((await resources([garden])).blockedTimes).toEqual([]);
    const ask = { dateTimeFrom: date, dateTimeTo: date, siteId: world.siteId };
    const report = await world.peer(OccupancyServiceService).getPractitionerOccupancyReport(ask, world.staff);
    expect(report.data.find(({ resource }) => resource?.id === people[1])).toMatchObject({
      ...{ availableMinutes: 480, bookedMinutes: 60, blockedMinutes: 30 },
    });
    await blocks.deleteBlockedTime({ id }, world.staff);
    expect((await list()).data).toHaveLength(3);
  });

  test('count their guests once each, without those of baskets', async () => {
    const { meta } = await list({ viewType: 'CALENDAR_VIEW_PRACTITIONER' });
    expect(meta).toMatchObject({ occupancyPerDay: 3, occupancyForView: 3 });
    expect(meta?.occupancyPerHour.filter(({ guests }) => guests > 0)).toEqual([{ time: '10:00', guests: 3 }]);
    const areas = await list({ viewType: 'CALENDAR_VIEW_AREA' });
    expect(areas.meta).toMatchObject({ occupancyPerDay: 3, occupancyForView: 0 });
  });

  test('are hidden from other organisations, and need the permission', async () => {
    await expect(list({}, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(list({}, holding('customers.view'))).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

const holding = (...held: string[]) => {
  const { organisationId, grants } = world.staff.principal;
  return staff({ organisationId, brandId: grants[0]?.brandId ?? '' }, [world.siteId], { held });
};

describe('the persons and the money of an event', () => {
  const orderShown = async (request: object, caller = world.staff) =>
    eventOf((await list(request, caller)).data, massage.id);
  const nobody = { firstName: null, lastName: null, email: null, phone: null, notes: [], specialRequests: null };

  test('are there when they are asked for', async () => {
    const event = await orderShown({ includeCustomers: true, includePayments: true });
    expect(event?.order).toMatchObject({
      ...{ firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com', phone: '01', specialRequests: 'Quiet' },
      paymentTotals: { paid: 8_000 },
      labels: [{ id: 'vip' }],
    });
    expect(event?.guests).toEqual([
      { id: 'ada', name: 'Ada Byron', firstName: 'Ada', lastName: 'Byron', customerId: 'customer-1' },
    ]);
  });

  test('are not there when they are not', async () => {
    const event = await orderShown({});
    expect(event?.order).toMatchObject({ ...nobody, customer: null, paymentTotals: null });
    expect(event?.guests).toEqual([{ id: 'ada', name: null, firstName: null, lastName: null, customerId: null }]);
  });

  test('are never shown to those who may not see customers', async () => {
    const event = await orderShown({ includeCustomers: true }, holding('reservations.view'));
    expect(JSON.stringify(event)).not.toMatch(/Byron|example\.com|Quiet|customer-1/);
  });
});

test('the occupancy of a date is that of its events', async () => {
  const ask = (request: object = {}, caller = world.staff) =>
    calendar.getCalendarOccupancy({ ...everything, date, siteId: world.siteId, ...request }, caller);
  expect(await ask()).toEqual((await list()).meta);
  expect(await ask({ viewType: 'CALENDAR_VIEW_AREA' })).toMatchObject({ occupancyPerDay: 3, occupancyForView: 0 });
  expect(await ask({ zoneId: [garden] })).toMatchObject({ occupancyPerDay: 3, occupancyForView: 2 });
  expect(await ask({ zoneId: ['elsewhere'] })).toMatchObject({ occupancyForView: 0 });
  await expect(ask({}, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(ask({}, holding('customers.view'))).rejects.toMatchObject({ kind: 'forbidden' });
});

describe('the resources of a date', () => {
  const ask = (request: object = {}, caller = world.staff) =>
    calendar.getCalendarResources({ date, siteId: world.siteId, zoneId: [], ...request }, caller);

  test('are who works and what is open, when, in the site’s order', async () => {
    const { practitioners, rooms, openingHours, slotDuration } = await ask();
    const nineToFive = [{ startTime: at('09:00'), endTime: at('17:00') }];
    const open = [{ startTime: at('08:00'), endTime: at('20:00') }];
    expect(practitioners).toEqual(
      [0, 1].map((order) => ({
        ...{ id: people[order], name: `Therapist ${order}`, zoneIds: [], availability: nineToFive, order },
      })),
    );
    expect(rooms).toMatchObject([
      { id: places[0], availability: open, zoneIds: [] },
      { id: places[1], availability: open, zoneIds: [garden] },
    ]);
    expect([openingHours, slotDuration]).toEqual([open, 15]);
  });

  test('are areas by their places, open as their rules say', async () => {
    const [first = '', second = ''] = await dig(world, 4, 1);
    const rule = { id: '', weekdays: [], timeFrom: '10:00', timeTo: '12:00', isAvailable: true };
    const areas = world.peer(BookableAreaServiceService);
    await areas.createBookableAreaAvailabilityRule({ parentId: first, rule }, world.staff);
    const noon = [{ startTime: at('10:00'), endTime: at('12:00') }];
    expect((await ask()).areas).toMatchObject([
      { id: first, name: 'Tub for 4', availability: noon, order: 0 },
      { id: second, availability: [{ startTime: at('08:00'), endTime: at('20:00') }], order: 1 },
    ]);
  });

  test('follow the order that practitioners are given', async () => {
    const practitionerIds = [...people].reverse();
    await world.practitioners.updatePractitionerOrder({ siteId: world.siteId, practitionerIds }, world.staff);
    expect((await ask()).practitioners.map(({ id }) => id)).toEqual(practitionerIds);
  });

  test('are narrowed to zones, there for dates that have passed, and for the site that is meant when none is named', async () => {
    const [tub = '', dryTub = ''] = await dig(world, 2, 2);
    const bookableArea = { ...blankArea, zoneIds: [garden] };
    await world
      .peer(BookableAreaServiceService)
      .updateBookableArea({ id: tub, bookableArea, updateMask: ['zone_ids'] }, world.staff);
    const inGarden = await ask({ zoneId: [garden] });
    expect(inGarden).toMatchObject({
      ...{ practitioners: [], rooms: [{ id: places[1], order: 1 }] },
      areas: [{ id: tub, zoneIds: [garden] }],
    });
    const blocks = world.peer(BlockedTimeServiceService);
    const blocked = async (areaId: string) => {
      const during = { startTime: at('15:00'), endTime: at('15:30'), type: 'BLOCKED_TIME_TYPE_MEETING' as const };
      const where = { practitionerIds: [], roomIds: [], areaIds: [areaId] };
      return (await blocks.createBlockedTime({ blockedTime: { ...during, ...where, recurrence: null } }, world.staff))
        .id;
    };
    const ids = [await blocked(tub), await blocked(dryTub)];
    expect((await list({ zoneId: [garden], events: ['blocked_time'] })).data).toMatchObject([{ id: ids[0] }]);
    for (const id of ids) await blocks.deleteBlockedTime({ id }, world.staff);
    expect((await ask({ date: '2020-06-01' })).openingHours).toEqual([
      { startTime: '2020-06-01T08:00:00+01:00', endTime: '2020-06-01T20:00:00+01:00' },
    ]);
    expect(await ask({ siteId: null })).toEqual(await ask());
  });

  test('are hidden from other organisations, and need the permission', async () => {
    await expect(ask({}, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(ask({}, holding('customers.view'))).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
