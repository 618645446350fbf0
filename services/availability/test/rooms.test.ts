import { ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankSession, blankSessionType, build, offer } from '../../../test/support/offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let zones: Peer<typeof ZoneServiceService>;
/** The day after the one on which the tests began, also past midnight. */
const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);

beforeAll(async () => {
  world = await startWorld();
  zones = world.peer(ZoneServiceService);
});
afterAll(() => world.stop());

const blank = { id: '', organisationId: '', createdAt: '', updatedAt: '' };
const lists = { suitableForTags: [], tagIds: [], tags: [], zoneIds: [], zones: [] };
const addRoom = (name: string, extra: object = {}) =>
  world.rooms.createRoom({ ...blank, ...lists, siteId: world.siteId, name, ...extra }, world.staff);
const addZone = async (name: string): Promise<string> =>
  (await zones.createZone({ id: '', organisationId: '', siteId: world.siteId, name }, world.staff)).id;
const closing = { id: '', weekdays: ['monday'], timeFrom: '12:00', isAvailable: false };

describe('zones', () => {
  test('are added to a site, listed by name and renamed, but never moved', async () => {
    const [upper, lower] = [await addZone('Upper floor'), await addZone('Lower floor')];
    const { data } = await zones.listZones({ siteId: [world.siteId], query: 'FLOOR' }, world.staff);
    expect(data.map(({ id }) => id)).toEqual([lower, upper]);
    const zone = { id: '', organisationId: '', siteId: 'elsewhere', name: 'Attic' };
    const updateMask = ['name', 'site_id'];
    expect(await zones.updateZone({ id: upper, zone, updateMask }, world.staff)).toMatchObject({
      name: 'Attic',
      siteId: world.siteId,
    });
    expect(await zones.getZone({ id: upper }, world.staff)).toMatchObject({ name: 'Attic' });
    await expect(zones.getZone({ id: upper }, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(zones.createZone({ ...zone, siteId: world.siteId }, world.stranger)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { site_id: [expect.any(String)] },
    });
  });

  test('hold rooms, which are found by them, and let them go when they are removed', async () => {
    const [wet, dry] = [await addZone('Wet'), await addZone('Dry')];
    const room = await addRoom('Steam', { zoneIds: [wet, dry] });
    expect(room.zones.map(({ name }) => name)).toEqual(['Wet', 'Dry']);
    await addRoom('Nowhere');
    const inZone = async (...zoneId: string[]) =>
      (await world.rooms.listRooms({ siteId: [], zoneId }, world.staff)).data.map(({ id }) => id);
    expect(await inZone(wet)).toEqual([room.id]);
    await zones.deleteZone({ id: wet }, world.staff);
    await expect(zones.getZone({ id: wet }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await inZone(wet)).toEqual([]);
    expect((await world.rooms.getRoom({ id: room.id }, world.staff)).zoneIds).toEqual([dry]);
    await expect(addRoom('Odd', { zoneIds: [wet] })).rejects.toMatchObject({
      fields: { zone_ids: [`There is no ${wet} here.`] },
    });
  });
});

describe('a copy of a room', () => {
  test('has its values and availability rules, but for what the body carries', async () => {
    const zone = await addZone('Copies');
    const room = await addRoom('Original', { capacity: 3, zoneIds: [zone] });
    await world.rooms.createRoomAvailabilityRule({ parentId: room.id, rule: closing }, world.staff);
    const copied = await world.rooms.copyRoom(
      { id: room.id, room: { ...room, name: 'Copy', capacity: 9 }, updateMask: ['name'] },
      world.staff,
    );
    expect(copied).toMatchObject({ name: 'Copy', capacity: 3, zoneIds: [zone], siteId: world.siteId });
    const { data } = await world.rooms.listRoomAvailabilityRules({ parentId: copied.id }, world.staff);
    expect(data).toMatchObject([{ weekdays: ['monday'], timeFrom: '12:00', isAvailable: false }]);
    await expect(world.rooms.copyRoom({ id: room.id, room, updateMask: [] }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('the availability rules of a room', () => {
  test('are a family of it, and close it for searches at once', async () => {
    const room = await addRoom('Ruled');
    const type = await offer(world, { practitionerIds: [], roomIds: [room.id] });
    const slots = async () =>
      (
        await world.shop.getAppointmentAvailability(
          {
            siteId: world.siteId,
            appointmentTypeId: type.id,
            dateFrom: tomorrow,
            practitionerId: [],
            excludeAppointments: [],
            excludeBookings: [],
            excludeBasketItems: [],
          },
          world.anybody,
        )
      ).data.length;
    const before = await slots();
    expect(before).toBeGreaterThan(0);
    const made = await world.rooms.createRoomAvailabilityRule(
      { parentId: room.id, rule: { ...closing, weekdays: [] } },
      world.staff,
    );
    const closedAfternoons = await slots();
    expect(closedAfternoons).toBeLessThan(before);
    const changed = await world.rooms.updateRoomAvailabilityRule(
      { parentId: room.id, id: made.id, rule: { ...closing, timeFrom: '09:00' }, updateMask: ['time_from'] },
      world.staff,
    );
    expect(changed).toMatchObject({ timeFrom: '09:00', weekdays: [], isAvailable: false });
    expect(await slots()).toBeLessThan(closedAfternoons);
    const one = { parentId: room.id, id: made.id };
    expect(await world.rooms.getRoomAvailabilityRule(one, world.staff)).toEqual(changed);
    await world.rooms.deleteRoomAvailabilityRule(one, world.staff);
    await expect(world.rooms.getRoomAvailabilityRule(one, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await slots()).toBe(before);
  });
});

describe('a room is removed', () => {
  test('not while something is booked in it', async () => {
    const [busy = ''] = await build(world, 1);
    const sessionType = await world.sessionTypes.createSessionType(
      { ...blankSessionType, siteId: world.siteId, name: 'Class' },
      world.staff,
    );
    const startTime = new Date(Date.now() + 48 * 3_600_000).toISOString();
    await world.sessions.createSession(
      { ...blankSession, sessionTypeId: sessionType.id, startTime, roomId: busy },
      world.staff,
    );
    await expect(world.rooms.deleteRoom({ id: busy }, world.staff)).rejects.toMatchObject({ reason: 'bookings_ahead' });
  });

  test('from the types that have others, but not as the last one of a type', async () => {
    const [first = '', second = ''] = await build(world, 2);
    const type = await offer(world, { practitionerIds: [], roomIds: [first, second] }, { name: 'Wrap' });
    await world.rooms.deleteRoom({ id: first }, world.staff);
    await expect(world.rooms.getRoom({ id: first }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
    expect((await world.types.getAppointmentType({ id: type.id }, world.staff)).roomIds).toEqual([second]);
    await expect(world.rooms.deleteRoom({ id: second }, world.staff)).rejects.toMatchObject({
      reason: 'last_room',
      message: expect.stringContaining('Wrap'),
    });
  });

  test('although an archived type has no other, which then comes back only with another', async () => {
    const [first = '', second = ''] = await build(world, 2);
    const type = await offer(world, { practitionerIds: [], roomIds: [first] });
    const one = { id: type.id };
    await world.types.deleteAppointmentType(one, world.staff);
    await world.rooms.deleteRoom({ id: first }, world.staff);
    await expect(world.types.restoreAppointmentType(one, world.staff)).rejects.toMatchObject({
      fields: { room_ids: [`There is no ${first} here.`] },
    });
    const elsewhere = { ...one, appointmentType: { ...type, roomIds: [second] }, updateMask: ['room_ids'] };
    await world.types.updateAppointmentType(elsewhere, world.staff);
    expect(await world.types.restoreAppointmentType(one, world.staff)).toMatchObject({ roomIds: [second] });
  });
});
