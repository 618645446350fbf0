import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListSessionsRequest, Session } from '@lido/proto/lido/availability/v1/session.ts';
import { staff as staffWith } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankSession, build, hire } from '../../../test/support/offerings.ts';
import { book, dayAhead, holdFor, offerClass, openSql, placesIn, schedule } from './classes.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let sql: Awaited<ReturnType<typeof openSql>>;

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
});
afterAll(async () => {
  await sql.end();
  await world.stop();
});

const update = (id: string, session: Partial<Session>, updateMask: string[], caller = world.staff) =>
  world.sessions.updateSession(
    { id, session: { ...blankSession, sessionTypeId: '', startTime: '', ...session }, updateMask },
    caller,
  );
const at = (time: string, day = 10) => inLondon(dayAhead(day), time);
const instant = (text: string | null | undefined) => new Date(text ?? '').toISOString();
const noFilter: ListSessionsRequest = {
  ...{ id: [], siteId: [], sessionTypeId: [], recurrenceGroupId: [], practitionerId: [], roomId: [], zoneId: [] },
};
const idsOf = async (filter: Partial<ListSessionsRequest>) =>
  (await world.sessions.listSessions({ ...noFilter, perPage: 100, ...filter }, world.staff)).data.map(({ id }) => id);

describe('changing a session', () => {
  test('moves its practitioner and room along, and frees where they were', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { practitionerId, roomId });
    const moved = await update(session.id, { startTime: at('14:00') }, ['start_time']);
    expect([instant(moved.startTime), instant(moved.endTime)]).toEqual([instant(at('14:00')), instant(at('15:00'))]);
    await expect(schedule(world, type.id, { practitionerId, startTime: at('14:30') })).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: { blocked_by: ['practitioner'] },
    });
    await expect(schedule(world, type.id, { practitionerId, roomId })).resolves.toBeDefined();
  });

  test('takes what others hold for who may override and asks for it, as a new one does, and that is written down', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const first = await schedule(world, type.id, { practitionerId });
    const other = await schedule(world, type.id, { practitionerId, startTime: at('14:00') });
    const wish = { startTime: at('13:30'), overrideConflicts: true };
    const staff = staffWith({ organisationId: first.organisationId, brandId: world.brandId }, [world.siteId], {
      held: ['reservations.manage'],
    });
    await expect(update(other.id, wish, ['start_time'], staff)).rejects.toMatchObject({ kind: 'forbidden' });
    const blank = { ...blankSession, sessionTypeId: type.id, practitionerId };
    await expect(
      world.sessions.createSession({ ...blank, startTime: at('14:30'), overrideConflicts: true }, staff),
    ).rejects.toMatchObject({ kind: 'forbidden' });

    const second = await schedule(world, type.id, {
      ...{ practitionerId, startTime: at('14:30'), overrideConflicts: true },
    });
    const moved = await update(first.id, { startTime: at('15:00'), overrideConflicts: true }, ['start_time']);
    expect(instant(moved.startTime)).toBe(instant(at('15:00')));
    const lost = await sql.run<{ lost_by: string; taken_by: string; actor: string }>(
      'select lost_by, taken_by, actor from claim_overrides where resource_id = $1 order by id',
      [practitionerId],
    );
    const actor = `staff:${world.staff.principal.id}`;
    expect(lost).toEqual([
      { lost_by: other.id, taken_by: second.id, actor },
      { lost_by: second.id, taken_by: first.id, actor },
    ]);
    await expect(schedule(world, type.id, { practitionerId, startTime: at('15:00') })).rejects.toMatchObject({
      reason: 'already_taken',
    });
  });

  test('onto somebody else\u2019s time is refused and changes nothing', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { practitionerId });
    await schedule(world, type.id, { practitionerId, startTime: at('14:00') });
    const refused = update(session.id, { startTime: at('13:30'), capacity: 7 }, ['start_time', 'capacity']);
    await expect(refused).rejects.toMatchObject({ reason: 'already_taken' });
    expect(await world.sessions.getSession({ id: session.id }, world.staff)).toMatchObject({
      startTime: session.startTime,
      capacity: session.capacity,
    });
    await expect(schedule(world, type.id, { practitionerId })).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('takes its guests along and tells their orders, unless one of them is elsewhere then', async () => {
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { capacity: 4 });
    const other = await schedule(world, type.id, { capacity: 4, startTime: at('16:00') });
    const { item, order } = await book(world, session, { guestIds: ['wandering guest'] });
    await book(world, other, { guestIds: ['wandering guest'] });
    await expect(update(session.id, { startTime: at('15:30') }, ['start_time'])).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: { blocked_by: ['guest'] },
    });
    await update(session.id, { startTime: at('13:00') }, ['start_time']);
    expect(await sql.eventsOf(item.itemId)).toEqual(['lido.availability.booking.moved']);
    const { items } = await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
    expect(instant(items[0]?.bookingSummary?.startTime)).toBe(instant(at('13:00')));
    await expect(
      holdFor(world, placesIn(await schedule(world, type.id), { guestIds: ['wandering guest'] })),
    ).resolves.toBeDefined();
  });

  test('never takes places away that guests have', async () => {
    const session = await schedule(world, (await offerClass(world)).id, { capacity: 5, maxBaskets: 4 });
    await book(world, session, { guests: 2 });
    await holdFor(world, placesIn(session));
    await expect(update(session.id, { capacity: 2 }, ['capacity'])).rejects.toMatchObject({
      kind: 'state_conflict',
      reason: 'places_taken',
    });
    await expect(update(session.id, { maxBaskets: 1 }, ['max_baskets'])).rejects.toMatchObject({
      reason: 'places_taken',
    });
    expect(await update(session.id, { capacity: 3 }, ['capacity'])).toMatchObject({
      capacity: 3,
      remainingCapacity: 0,
      noAvailabilityReason: 'session_full',
    });
  });

  test('keeps following its type in what a whole session sent back only shows of it', async () => {
    const type = await offerClass(world, { maxBasketsPerSession: 9 });
    const session = await schedule(world, type.id, { capacity: 5 });
    const mask = ['capacity', 'max_baskets', 'waitlist_enabled'];
    const changed = await update(session.id, { ...session, capacity: 6 }, mask);
    expect(changed).toMatchObject({ capacity: 6, maxBaskets: 9, waitlistEnabled: false });
    const sessionType = { ...type, maxBasketsPerSession: 7, waitlistEnabled: true };
    const updateMask = ['max_baskets_per_session', 'waitlist_enabled'];
    await world.sessionTypes.updateSessionType({ id: type.id, sessionType, updateMask }, world.staff);
    const follows = { capacity: 6, maxBaskets: 7, waitlistEnabled: true };
    expect(await world.sessions.getSession({ id: session.id }, world.staff)).toMatchObject(follows);
  });

  test('sets what the body carries, clears what it empties, and leaves the rest', async () => {
    const [practitionerId = '', another = ''] = await hire(world, 2);
    const [roomId = ''] = await build(world, 1);
    const type = await offerClass(world, { maxBasketsPerSession: 9, waitlistEnabled: true, duration: 45 });
    const session = await schedule(world, type.id, { practitionerId, roomId, maxBaskets: 2, waitlistEnabled: false });
    expect(session).toMatchObject({ maxBaskets: 2, waitlistEnabled: false, capacity: 1, duration: 45 });
    expect(await update(session.id, { practitionerId: another }, ['practitioner_id'])).toMatchObject({
      practitioner: { id: another },
      room: { id: roomId },
    });
    const mask = ['practitioner_id', 'room_id', 'max_baskets', 'waitlist_enabled', 'capacity'];
    const cleared = { practitionerId: null, roomId: null, maxBaskets: null, waitlistEnabled: null, capacity: null };
    expect(await update(session.id, cleared, mask)).toMatchObject({
      ...{ practitioner: null, practitionerId: null, room: null, roomId: null },
      ...{ maxBaskets: 9, waitlistEnabled: true, capacity: 1 },
    });
    expect(await update(session.id, { duration: 90 }, ['duration'])).toMatchObject({ duration: 90 });
    expect(await update(session.id, { duration: null }, ['duration'])).toMatchObject({ duration: 45 });
    expect(await update(session.id, { endTime: at('12:00') }, ['end_time'])).toMatchObject({ duration: 120 });
    expect(await update(session.id, { capacity: 50, price: 1 }, [])).toMatchObject({ capacity: 1, price: 1_500 });
  });

  test('refuses what is at no such site, ends before it starts, or is cancelled', async () => {
    const session = await schedule(world, (await offerClass(world)).id);
    await expect(update(session.id, { roomId: 'nowhere' }, ['room_id'])).rejects.toMatchObject({
      fields: { room_id: [expect.stringContaining('nowhere')] },
    });
    await expect(update(session.id, { practitionerId: 'nobody' }, ['practitioner_id'])).rejects.toMatchObject({
      fields: { practitioner_id: [expect.stringContaining('nobody')] },
    });
    await expect(update(session.id, { endTime: at('09:00') }, ['end_time'])).rejects.toMatchObject({
      fields: { end_time: [expect.any(String)] },
    });
    await expect(update(session.id, {}, ['start_time'])).rejects.toMatchObject({
      fields: { start_time: [expect.any(String)] },
    });
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    await expect(update(session.id, { capacity: 2 }, ['capacity'])).rejects.toMatchObject({
      reason: 'session_cancelled',
    });
  });
});

describe('cancelling a session', () => {
  test('gives back what it and its guests held, and tells the orders; it stays readable with those it had', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { practitionerId, capacity: 3 });
    const { item, order } = await book(world, session, { guests: 2, guestIds: ['cancelled guest'] });
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    expect(await sql.eventsOf(item.itemId)).toEqual(['lido.availability.booking.cancelled']);
    const next = await schedule(world, type.id, { practitionerId });
    await expect(holdFor(world, placesIn(next, { guestIds: ['cancelled guest'] }))).resolves.toBeDefined();
    const cancelled = await world.sessions.getSession({ id: session.id, includeBookings: true }, world.staff);
    expect(cancelled).toMatchObject({ deletedAt: expect.any(String), remainingCapacity: 3 });
    expect(cancelled.bookings).toEqual([
      expect.objectContaining({ orderId: order, quantity: 2, status: 'SESSION_BOOKING_STATUS_CANCELLED' }),
    ]);
    await expect(holdFor(world, placesIn(session))).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('is refused once it is over', async () => {
    const session = await schedule(world, (await offerClass(world)).id, { startTime: at('10:00', -2) });
    await expect(world.sessions.deleteSession({ id: session.id }, world.staff)).rejects.toMatchObject({
      reason: 'session_over',
    });
  });

  test('can be taken back while nobody else has its time; a live session is answered as it is', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { practitionerId });
    const restore = () => world.sessions.restoreSession({ id: session.id }, world.staff);
    expect(await restore()).toMatchObject({ deletedAt: null });
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    const usurper = await schedule(world, type.id, { practitionerId });
    await expect(restore()).rejects.toMatchObject({ reason: 'already_taken' });
    await world.sessions.deleteSession({ id: usurper.id }, world.staff);
    expect(await restore()).toMatchObject({ deletedAt: null, practitioner: { id: practitionerId } });
    await expect(schedule(world, type.id, { practitionerId })).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('can not be taken back without its practitioner or its room', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const type = await offerClass(world);
    const [ofPerson, ofRoom] = [
      await schedule(world, type.id, { practitionerId }),
      await schedule(world, type.id, { roomId }),
    ];
    for (const { id } of [ofPerson, ofRoom]) await world.sessions.deleteSession({ id }, world.staff);
    await world.practitioners.deletePractitioner({ id: practitionerId }, world.staff);
    await world.rooms.deleteRoom({ id: roomId }, world.staff);
    for (const { id } of [ofPerson, ofRoom]) {
      await expect(world.sessions.restoreSession({ id }, world.staff)).rejects.toMatchObject({
        ...{ kind: 'state_conflict', reason: 'resource_removed' },
        message: expect.stringContaining('others'),
      });
    }
  });

  test('can not be taken back while its type is archived', async () => {
    const type = await offerClass(world);
    const session = await schedule(world, type.id);
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    await world.sessionTypes.deleteSessionType({ id: type.id }, world.staff);
    await expect(world.sessions.restoreSession({ id: session.id }, world.staff)).rejects.toMatchObject({
      reason: 'type_archived',
    });
  });
});

describe('the list of sessions', () => {
  test('filters by each of its fields', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const [type, other] = [await offerClass(world), await offerClass(world)];
    const first = await schedule(world, type.id, { practitionerId, startTime: at('10:00', 20) });
    const second = await schedule(world, type.id, { roomId, startTime: at('10:00', 21) });
    const third = await schedule(world, other.id, { startTime: at('21:00', 22) });
    await world.sessions.deleteSession({ id: second.id }, world.staff);
    const ours = { sessionTypeId: [type.id, other.id] };
    expect(await idsOf(ours)).toEqual([first.id, third.id]);
    expect(await idsOf({ ...ours, includeCancelled: true })).toEqual([first.id, second.id, third.id]);
    expect(await idsOf({ ...ours, cancelled: true })).toEqual([second.id]);
    expect(await idsOf({ sessionTypeId: [other.id] })).toEqual([third.id]);
    expect(await idsOf({ id: [third.id, second.id] })).toEqual([third.id]);
    expect(await idsOf({ ...ours, practitionerId: [practitionerId] })).toEqual([first.id]);
    expect(await idsOf({ roomId: [roomId], includeCancelled: true })).toEqual([second.id]);
    await sql.run(`update rooms set zone_ids = '{quiet}' where id = $1`, [roomId]);
    expect(await idsOf({ zoneId: ['quiet'], includeCancelled: true })).toEqual([second.id]);
    expect(await idsOf({ ...ours, siteId: [world.siteId] })).toHaveLength(2);
    expect(await idsOf({ ...ours, recurrenceGroupId: ['none'] })).toEqual([]);
    expect(await idsOf({ ...ours, startTimeFrom: at('10:00', 20), startTimeTo: at('10:00', 20) })).toEqual([first.id]);
    expect(await idsOf({ ...ours, startTimeFrom: at('10:01', 20) })).toEqual([third.id]);
    expect(await idsOf({ ...ours, dateFrom: dayAhead(20), dateTo: dayAhead(21) })).toEqual([first.id]);
    expect(await idsOf({ ...ours, date: dayAhead(22) })).toEqual([third.id]);
    expect(await idsOf({ ...ours, startTimeTo: dayAhead(22) })).toEqual([first.id, third.id]);
  });

  test('shows bookings only where they are asked for, and counts who has come and who has not', async () => {
    const session = await schedule(world, (await offerClass(world)).id, { capacity: 4 });
    const { item } = await book(world, session);
    await world.sessionBookings.checkInSessionBooking({ id: item.itemId }, world.staff);
    const [plain, full] = await Promise.all([
      world.sessions.listSessions({ ...noFilter, id: [session.id] }, world.staff),
      world.sessions.listSessions({ ...noFilter, id: [session.id], includeBookings: true }, world.staff),
    ]);
    expect(plain.data[0]).toMatchObject({ bookings: [], numCheckedIn: 1, numNoShow: 0, remainingCapacity: 3 });
    expect(full.data[0]?.bookings.map(({ id }) => id)).toEqual([item.itemId]);
  });
});

describe('a session type', () => {
  test('is copied with its prices and the overrides of the body, without its sessions', async () => {
    const type = await offerClass(world, { waitlistEnabled: true, maxBookingsPerMember: 2, description: 'Gentle' });
    await schedule(world, type.id);
    const copy = await world.sessionTypes.copySessionType(
      { id: type.id, sessionType: { ...type, name: 'Copy', description: null }, updateMask: ['name', 'description'] },
      world.staff,
    );
    expect(copy).toMatchObject({ name: 'Copy', description: null, waitlistEnabled: true, maxBookingsPerMember: 2 });
    expect(copy.id).not.toBe(type.id);
    expect(copy.priceRules).toMatchObject([{ price: 1_500, sessionTypeId: copy.id }]);
    expect(await idsOf({ sessionTypeId: [copy.id] })).toEqual([]);
    await expect(
      world.sessionTypes.copySessionType({ id: type.id, sessionType: null, updateMask: [] }, world.stranger),
    ).rejects.toMatchObject({ kind: 'not_found' });
  });
});
