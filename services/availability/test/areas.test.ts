import { AreaBookingTypeServiceService } from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import { ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankArea, blankAreaType, dig, offerAreas } from '../../../test/support/areas.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let areas: Peer<typeof BookableAreaServiceService>;
let areaTypes: Peer<typeof AreaBookingTypeServiceService>;
const area = (name: string, extra: object = {}) => ({ ...blankArea, siteId: world.siteId, name, ...extra });

beforeAll(async () => {
  world = await startWorld();
  areas = world.peer(BookableAreaServiceService);
  areaTypes = world.peer(AreaBookingTypeServiceService);
});
afterAll(() => world.stop());

describe('a bookable area', () => {
  test('is created with its defaults and changed by mask: set, cleared, left alone', async () => {
    const made = await areas.createBookableArea(area('Lagoon', { description: 'Warm' }), world.staff);
    expect(made).toMatchObject({
      name: 'Lagoon',
      capacity: 1,
      description: 'Warm',
      order: null,
      availabilityRules: [],
    });
    const change = (updateMask: string[], values: object) =>
      areas.updateBookableArea({ id: made.id, bookableArea: area('Ignored', values), updateMask }, world.staff);
    expect(await change(['capacity'], { capacity: 6, description: 'no' })).toMatchObject({
      name: 'Lagoon',
      capacity: 6,
      description: 'Warm',
    });
    expect(await change(['capacity', 'description'], {})).toMatchObject({ capacity: 1, description: null });
    expect(await change(['site_id'], { siteId: 'elsewhere' })).toMatchObject({ siteId: world.siteId });
    expect(await areas.getBookableArea({ id: made.id }, world.staff)).toMatchObject({ capacity: 1 });
  });

  test('is listed by name until the areas are put in order, and then in that order with new ones last', async () => {
    const ids = new Map<string, string>();
    for (const name of ['Row C', 'Row A', 'Row B'])
      ids.set(name, (await areas.createBookableArea(area(name), world.staff)).id);
    const names = async () =>
      (await areas.listBookableAreas({ siteId: [world.siteId], zoneId: [], query: 'row ' }, world.staff)).data.map(
        ({ name }) => name,
      );
    expect(await names()).toEqual(['Row A', 'Row B', 'Row C']);
    const areaIds = [ids.get('Row C') ?? '', ids.get('Row A') ?? ''];
    const { data } = await areas.reorderBookableAreas({ areaIds }, world.staff);
    expect(data.slice(0, 2).map(({ name, order }) => [name, order])).toEqual([
      ['Row C', 1],
      ['Row A', 2],
    ]);
    await areas.createBookableArea(area('Row 0'), world.staff);
    expect(await names()).toEqual(['Row C', 'Row A', 'Row B', 'Row 0']);
  });

  test('is put in order only by ids of one site, each named once', async () => {
    const [id = ''] = await dig(world, 1);
    const refused = { kind: 'invalid', fields: { area_ids: [expect.any(String)] } };
    for (const areaIds of [[id, 'nothing'], [id, id], ['nothing']])
      await expect(areas.reorderBookableAreas({ areaIds }, world.staff)).rejects.toMatchObject(refused);
    await expect(areas.reorderBookableAreas({ areaIds: [id] }, world.stranger)).rejects.toMatchObject(refused);
  });

  test('is in zones of its site, is filtered by them, and keeps to zones that are there', async () => {
    const zone = { id: '', organisationId: '', siteId: world.siteId, name: 'Wet side', createdAt: '', updatedAt: '' };
    const { id } = await world.peer(ZoneServiceService).createZone(zone, world.staff);
    const made = await areas.createBookableArea(area('Wet', { zoneIds: [id] }), world.staff);
    expect(made).toMatchObject({ zoneIds: [id], zones: [{ id, name: 'Wet side' }] });
    const inZone = async (zoneId: string) =>
      (await areas.listBookableAreas({ siteId: [], zoneId: [zoneId] }, world.staff)).data.map(({ name }) => name);
    expect([await inZone(id), await inZone('none')]).toEqual([['Wet'], []]);
    await expect(areas.createBookableArea(area('Lost', { zoneIds: ['none'] }), world.staff)).rejects.toMatchObject({
      fields: { zone_ids: ['There is no none here.'] },
    });
  });

  test('is copied with its rules, its capacity being open to the copy', async () => {
    const made = await areas.createBookableArea(area('Steam', { capacity: 4, description: 'Hot' }), world.staff);
    const rule = { id: '', weekdays: ['monday'], timeFrom: '10:00', timeTo: '12:00' };
    await areas.createBookableAreaAvailabilityRule({ parentId: made.id, rule }, world.staff);
    const copied = await areas.copyBookableArea(
      { id: made.id, bookableArea: area('Steam 2', { capacity: 8 }), updateMask: ['capacity', 'name'] },
      world.staff,
    );
    expect(copied).toMatchObject({
      name: 'Steam 2',
      capacity: 8,
      description: 'Hot',
      availabilityRules: [{ weekdays: ['monday'], timeFrom: '10:00', timeTo: '12:00', isAvailable: true }],
    });
    const plain = await areas.copyBookableArea({ id: made.id, bookableArea: blankArea, updateMask: [] }, world.staff);
    expect([plain.name, plain.capacity]).toEqual(['Steam', 4]);
  });

  test('that is deleted leaves the list, and the types that had it go on without it', async () => {
    const [gone = '', stays = ''] = await dig(world, 1, 2);
    const type = await offerAreas(world, [gone, stays]);
    await areas.deleteBookableArea({ id: gone }, world.staff);
    const { data } = await areas.listBookableAreas({ siteId: [world.siteId], zoneId: [], perPage: 100 }, world.staff);
    expect([data.some(({ id }) => id === gone), data.some(({ id }) => id === stays)]).toEqual([false, true]);
    const missing = { kind: 'not_found' };
    const change = { id: gone, bookableArea: area('Back again'), updateMask: ['name'] };
    await expect(areas.getBookableArea({ id: gone }, world.staff)).rejects.toMatchObject(missing);
    await expect(areas.updateBookableArea(change, world.staff)).rejects.toMatchObject(missing);
    await expect(areas.deleteBookableArea({ id: gone }, world.staff)).rejects.toMatchObject(missing);
    expect((await areaTypes.getAreaBookingType({ id: type.id }, world.staff)).areaIds).toEqual([stays]);
  });
});

describe('an area booking type', () => {
  const type = (extra: object = {}) => ({ ...blankAreaType, siteId: world.siteId, ...extra });

  test('is created with its defaults, and shows the currency of its site', async () => {
    const made = await areaTypes.createAreaBookingType(type({ maxGuests: undefined }), world.staff);
    expect(made).toMatchObject({
      currency: 'gbp',
      endBuffer: 0,
      maxBaskets: null,
      minGuests: 1,
      maxGuests: 1,
      offeredOnline: true,
      priceRules: [],
      availabilityRules: [],
      deletedAt: null,
    });
  });

  test('is changed by mask: set, cleared to its default, left alone', async () => {
    const [areaId = ''] = await dig(world, 4);
    const made = await areaTypes.createAreaBookingType(type({ maxBaskets: 2, endBuffer: 10 }), world.staff);
    const change = (updateMask: string[], values: object) =>
      areaTypes.updateAreaBookingType(
        { id: made.id, areaBookingType: type({ name: 'Ignored', ...values }), updateMask },
        world.staff,
      );
    expect(
      await change(['area_ids', 'min_duration', 'duration_interval', 'start_time_interval', 'max_duration'], {
        areaIds: [areaId],
        minDuration: 30,
        durationInterval: 15,
        startTimeInterval: 60,
        maxDuration: 90,
      }),
    ).toMatchObject({
      name: 'Soak',
      areaIds: [areaId],
      minDuration: 30,
      durationInterval: 15,
      startTimeInterval: 60,
      maxDuration: 90,
      maxBaskets: 2,
      endBuffer: 10,
    });
    expect(await change(['max_baskets', 'end_buffer'], {})).toMatchObject({ maxBaskets: null, endBuffer: 0 });
    expect(await change([], { name: 'Nothing' })).toMatchObject({ name: 'Soak', areaIds: [areaId] });
  });

  test('refuses times off the grid, a longest below the shortest and areas that are not there, all at once', async () => {
    const refused = areaTypes.createAreaBookingType(
      type({ areaIds: ['nothing'], categoryIds: ['calm'], startTimeInterval: 7, minDuration: 60, maxDuration: 30 }),
      world.staff,
    );
    await expect(refused).rejects.toMatchObject({
      kind: 'invalid',
      fields: {
        start_time_interval: [expect.any(String)],
        max_duration: [expect.any(String)],
        area_ids: ['There is no nothing here.'],
        category_ids: ['There is no calm here.'],
      },
    });
  });

  test('is listed by name, filtered by site and category, archived apart, and restored', async () => {
    const { id: calm } = await world.peer(CategoryServiceService).createOrganisationCategory(
      {
        parentId: world.staff.principal.organisationId,
        category: { id: '', organisationId: '', name: 'Calm', voucherApplicable: false },
      },
      world.staff,
    );
    const soak = await areaTypes.createAreaBookingType(type({ name: 'Zz', categoryIds: [calm] }), world.staff);
    expect(soak.categories).toMatchObject([{ name: 'Calm' }]);
    const list = async (extra: object) =>
      (
        await areaTypes.listAreaBookingTypes({ siteId: [world.siteId], categoryId: [calm], ...extra }, world.staff)
      ).data.map(({ id }) => id);
    expect(await list({})).toEqual([soak.id]);
    expect(await list({ categoryId: ['none'] })).toEqual([]);
    await areaTypes.deleteAreaBookingType({ id: soak.id }, world.staff);
    expect([await list({}), await list({ archived: true })]).toEqual([[], [soak.id]]);
    expect((await areaTypes.getAreaBookingType({ id: soak.id }, world.staff)).deletedAt).not.toBeNull();
    expect(await areaTypes.restoreAreaBookingType({ id: soak.id }, world.staff)).toMatchObject({
      deletedAt: null,
    });
    expect(await list({})).toEqual([soak.id]);
  });

  test('is copied with both kinds of its rules, but for what the body says', async () => {
    const made = await offerAreas(world, await dig(world, 3), { maxBaskets: 2 });
    const rule = { id: '', weekdays: ['sunday'], minDuration: 60, maxDuration: 120 };
    await areaTypes.createAreaBookingTypeAvailabilityRule({ parentId: made.id, rule }, world.staff);
    const copied = await areaTypes.copyAreaBookingType(
      { id: made.id, areaBookingType: type({ name: 'Copy', maxBaskets: null }), updateMask: ['name', 'max_baskets'] },
      world.staff,
    );
    expect(copied).toMatchObject({
      name: 'Copy',
      maxBaskets: null,
      areaIds: made.areaIds,
      priceRules: [{ price: 50, areaBookingTypeId: copied.id }],
      availabilityRules: [{ weekdays: ['sunday'], minDuration: 60, maxDuration: 120 }],
    });
  });
});
