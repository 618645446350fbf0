import { AppointmentTagServiceService } from '@lido/proto/lido/availability/v1/appointment_tag.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankSession, blankSessionType, build, hire, offer } from '../../../test/support/offerings.ts';
import { holding, startWorld, type World } from './world.ts';

let world: World;
const blank = {
  id: '',
  organisationId: '',
  createdAt: '',
  updatedAt: '',
  suitableForTags: [],
  tagIds: [],
  tags: [],
  zoneIds: [],
  zones: [],
};
const room = (name: string, extra: object = {}) => ({ ...blank, siteId: world.siteId, name, ...extra });
const noFilter = { siteId: [], zoneId: [] };

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('a list', () => {
  test('is paged, ordered and counts all rows; a page beyond the last is empty', async () => {
    for (const name of ['Zinc', 'Amber', 'Moss']) await world.rooms.createRoom(room(`List ${name}`), world.staff);
    const page = (number: number) =>
      world.rooms.listRooms({ ...noFilter, query: 'list ', page: number, perPage: 2 }, world.staff);
    const [first, second, third] = [await page(1), await page(2), await page(3)];
    expect(first.data.map(({ name }) => name)).toEqual(['List Amber', 'List Moss']);
    expect(second.data.map(({ name }) => name)).toEqual(['List Zinc']);
    expect(third.data).toEqual([]);
    expect([first.page, third.page]).toEqual([
      { page: 1, perPage: 2, total: 3 },
      { page: 3, perPage: 2, total: 3 },
    ]);
  });

  test('lowers a page size above the cap, and takes the default when none is given', async () => {
    const { page } = await world.rooms.listRooms({ ...noFilter, perPage: 10_000 }, world.staff);
    expect(page?.perPage).toBe(100);
    expect((await world.rooms.listRooms(noFilter, world.staff)).page?.perPage).toBe(15);
  });

  test('treats the wildcards of SQL in a search as plain characters', async () => {
    await world.rooms.createRoom(room('Room at 100%'), world.staff);
    const { data } = await world.rooms.listRooms({ ...noFilter, query: '%' }, world.staff);
    expect(data.map(({ name }) => name)).toEqual(['Room at 100%']);
  });

  test('shows a stranger nothing, and hides a site they ask for by its id', async () => {
    expect((await world.rooms.listRooms(noFilter, world.stranger)).data).toEqual([]);
    await expect(world.rooms.listRooms({ ...noFilter, siteId: [world.siteId] }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('an update', () => {
  test('sets what the mask names, clears what it names without a value, and leaves the rest', async () => {
    const parentId = world.staff.principal.organisationId;
    const tag = { id: '', organisationId: '', name: 'Quiet' };
    const { id: quiet } = await world
      .peer(AppointmentTagServiceService)
      .createOrganisationAppointmentTag({ parentId, tag }, world.staff);
    const created = await world.rooms.createRoom(room('Update', { capacity: 4, tagIds: [quiet] }), world.staff);
    const change = (updateMask: string[], values: object) =>
      world.rooms.updateRoom({ id: created.id, room: { ...room('Ignored'), ...values }, updateMask }, world.staff);
    expect(await change(['name'], { name: 'Renamed', capacity: 9 })).toMatchObject({
      name: 'Renamed',
      capacity: 4,
      tagIds: [quiet],
    });
    expect(await change(['capacity', 'tag_ids'], { capacity: null, tagIds: [] })).toMatchObject({
      name: 'Renamed',
      capacity: 1,
      tagIds: [],
    });
    expect(await change([], { name: 'Nothing' })).toMatchObject({ name: 'Renamed' });
  });

  test('never moves a room to another site', async () => {
    const created = await world.rooms.createRoom(room('Fixed'), world.staff);
    const { siteId } = await world.rooms.updateRoom(
      { id: created.id, room: { ...room('Fixed'), siteId: 'elsewhere' }, updateMask: ['site_id'] },
      world.staff,
    );
    expect(siteId).toBe(world.siteId);
  });
});

describe('permissions', () => {
  test('a caller who sees the site but lacks the permission is forbidden, not told that it is missing', async () => {
    const viewer = holding(world, 'reservations.view');
    const created = await world.rooms.createRoom(room('Seen'), world.staff);
    expect(await world.rooms.getRoom({ id: created.id }, viewer)).toMatchObject({ name: 'Seen' });
    await expect(world.rooms.deleteRoom({ id: created.id }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(world.rooms.createRoom(room('Not mine'), viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('the public and customers can not call what is for staff', async () => {
    await expect(world.rooms.listRooms(noFilter, world.anybody)).rejects.toMatchObject({ kind: 'unauthenticated' });
    const customer = {
      principal: { ...world.anybody.principal, kind: 'KIND_CUSTOMER' as const, id: 'c' },
      requestId: 'test',
    };
    await expect(world.rooms.listRooms(noFilter, customer)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('a site in a body that the caller can not see is a bad field', async () => {
    await expect(world.rooms.createRoom(room('Nowhere'), world.stranger)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { site_id: [expect.stringContaining(world.siteId)] },
    });
  });
});

describe('an appointment type', () => {
  test('keeps its archive state apart: archived it leaves the shop and search but stays readable, restored it is back', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, { name: 'Archived one' });
    const inShop = async () =>
      (await world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [] }, world.anybody)).data.some(
        ({ id }) => id === type.id,
      );
    expect(await inShop()).toBe(true);
    await world.types.deleteAppointmentType({ id: type.id }, world.staff);
    expect(await inShop()).toBe(false);
    expect((await world.types.getAppointmentType({ id: type.id }, world.staff)).deletedAt).not.toBeNull();
    const slots = {
      siteId: world.siteId,
      appointmentTypeId: type.id,
      practitionerId: [],
      excludeAppointments: [],
      excludeBookings: [],
      excludeBasketItems: [],
    };
    await expect(world.shop.getAppointmentAvailability(slots, world.anybody)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect((await world.types.restoreAppointmentType({ id: type.id }, world.staff)).deletedAt).toBeNull();
    expect(await inShop()).toBe(true);
  });

  test('refuses times off the grid and resources that do not exist, all at once', async () => {
    const refused = offer(
      world,
      { practitionerIds: ['nobody'], roomIds: await build(world, 1) },
      { durations: [60, 7], endBuffer: 3 },
    );
    await expect(refused).rejects.toMatchObject({
      kind: 'invalid',
      fields: {
        'durations.1': [expect.any(String)],
        end_buffer: [expect.any(String)],
        practitioner_ids: ['There is no nobody here.'],
      },
    });
  });

  test('a private one is reachable by its id and not listed', async () => {
    const type = await offer(world, { practitionerIds: [], roomIds: await build(world, 1) }, { private: true });
    const { data } = await world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [] }, world.anybody);
    expect(data.map(({ id }) => id)).not.toContain(type.id);
    expect(
      await world.shop.getShopOffering(
        { siteId: world.siteId, offeringType: 'appointment', offeringId: type.id },
        world.anybody,
      ),
    ).toMatchObject({ id: type.id });
  });
});

test('a practitioner with bookings ahead can not be removed', async () => {
  const [busy = '', free = ''] = await hire(world, 2);
  const sessionType = await world.sessionTypes.createSessionType(
    { ...blankSessionType, siteId: world.siteId, name: 'Class' },
    world.staff,
  );
  const startTime = new Date(Date.now() + 48 * 3_600_000).toISOString();
  await world.sessions.createSession(
    { ...blankSession, sessionTypeId: sessionType.id, startTime, practitionerId: busy },
    world.staff,
  );
  await expect(world.practitioners.deletePractitioner({ id: busy }, world.staff)).rejects.toMatchObject({
    reason: 'bookings_ahead',
  });
  await world.practitioners.deletePractitioner({ id: free }, world.staff);
  await expect(
    world.sessions.createSession(
      { ...blankSession, sessionTypeId: sessionType.id, startTime, practitionerId: busy },
      world.staff,
    ),
  ).rejects.toMatchObject({ reason: 'already_taken' });
});
