import { AppointmentTagServiceService } from '@lido/proto/lido/availability/v1/appointment_tag.ts';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callerOf, type TestCaller } from '../../../test/support/callers.ts';
import { blankSessionType, build, hire, offer } from '../../../test/support/offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let categories: Peer<typeof CategoryServiceService>;
let tags: Peer<typeof AppointmentTagServiceService>;
let parentId: string;

beforeAll(async () => {
  world = await startWorld();
  categories = world.peer(CategoryServiceService);
  tags = world.peer(AppointmentTagServiceService);
  parentId = world.staff.principal.organisationId;
});
afterAll(() => world.stop());

const blank = { id: '', organisationId: '' };
const category = (name: string, voucherApplicable = false) => ({ ...blank, name, voucherApplicable });
const addCategory = async (name: string, voucherApplicable = false): Promise<string> =>
  (await categories.createOrganisationCategory({ parentId, category: category(name, voucherApplicable) }, world.staff))
    .id;
const addTag = async (name: string): Promise<string> =>
  (await tags.createOrganisationAppointmentTag({ parentId, tag: { ...blank, name } }, world.staff)).id;
const viewer = (): TestCaller =>
  callerOf({
    ...world.staff.principal,
    grants: [{ siteId: world.siteId, brandId: world.brandId, permissions: ['reservations.view'] }],
  });

describe('categories', () => {
  test('are added after all others, paged in their order, and put in another', async () => {
    const [a, b, c] = [await addCategory('Zen'), await addCategory('Active'), await addCategory('Midday')];
    const listed = await categories.listOrganisationCategories({ parentId, perPage: 2 }, world.staff);
    expect([listed.data.map(({ id }) => id), listed.page]).toEqual([[a, b], { page: 1, perPage: 2, total: 3 }]);
    const ordered = await categories.updateOrganisationCategoryOrder({ parentId, categoryIds: [c, a] }, world.staff);
    expect(ordered.data.map(({ id }) => id)).toEqual([c, a, b]);
    const later = await addCategory('Later');
    const { data } = await categories.listOrganisationCategoryOrder({ parentId }, world.staff);
    expect(data.map(({ id }) => id)).toEqual([c, a, b, later]);
    const { data: shown } = await categories.listShopCategories({ organisationId: parentId }, world.anybody);
    expect(shown).toEqual(data);
    await expect(
      categories.updateOrganisationCategoryOrder({ parentId, categoryIds: [a, 'nothing'] }, world.staff),
    ).rejects.toMatchObject({ kind: 'invalid', fields: { category_ids: ['There is no nothing here.'] } });
    await expect(
      categories.updateOrganisationCategoryOrder({ parentId, categoryIds: [a] }, viewer()),
    ).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('that vouchers can be for are told from the others in both lists', async () => {
    const gift = await addCategory('Gifts', true);
    const lists = async (voucherApplicable: boolean): Promise<string[][]> => {
      const paged = await categories.listOrganisationCategories(
        { parentId, voucherApplicable, perPage: 100 },
        world.staff,
      );
      const ordered = await categories.listOrganisationCategoryOrder({ parentId, voucherApplicable }, world.staff);
      return [paged, ordered].map(({ data }) => data.map(({ id }) => id));
    };
    expect(await lists(true)).toEqual([[gift], [gift]]);
    for (const ids of await lists(false)) expect(ids).not.toContain(gift);
  });

  test('are read, changed by mask, and copied with what the body carries', async () => {
    const id = await addCategory('Facials', true);
    const change = (updateMask: string[], name = 'Faces') =>
      categories.updateOrganisationCategory({ parentId, id, category: category(name), updateMask }, world.staff);
    expect(await change(['name'])).toEqual({ ...category('Faces', true), id, organisationId: parentId });
    expect(await change([])).toMatchObject({ name: 'Faces', voucherApplicable: true });
    expect(await change(['voucher_applicable'], 'Ignored')).toMatchObject({ name: 'Faces', voucherApplicable: false });
    const copied = await categories.copyOrganisationCategory(
      { parentId, id, category: category('Copied', true), updateMask: ['name'] },
      world.staff,
    );
    expect(copied).toMatchObject({ name: 'Copied', voucherApplicable: false });
    expect(copied.id).not.toBe(id);
    expect(await categories.getOrganisationCategory({ parentId, id }, viewer())).toMatchObject({ name: 'Faces' });
  });

  test('are shown on what is in them, and a removed one is in nothing any more', async () => {
    const [kept, gone] = [await addCategory('Kept'), await addCategory('Gone')];
    const type = await offer(
      world,
      { practitionerIds: [], roomIds: await build(world, 1) },
      { categoryIds: [gone, kept] },
    );
    expect(type.categories.map(({ name }) => name)).toEqual(['Gone', 'Kept']);
    const sessionType = await world.sessionTypes.createSessionType(
      { ...blankSessionType, siteId: world.siteId, name: 'Class', categoryIds: [gone] },
      world.staff,
    );
    expect(sessionType.categories).toEqual([{ ...category('Gone'), id: gone, organisationId: parentId }]);
    const inShop = async (categoryId: string) =>
      (await world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [categoryId] }, world.anybody)).data;
    expect((await inShop(gone)).map(({ id }) => id).sort()).toEqual([type.id, sessionType.id].sort());
    await categories.deleteOrganisationCategory({ parentId, id: gone }, world.staff);
    await expect(categories.getOrganisationCategory({ parentId, id: gone }, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect(await inShop(gone)).toEqual([]);
    expect((await inShop(kept)).map((shown) => shown.categories.map(({ name }) => name))).toEqual([['Kept']]);
    expect(await world.types.getAppointmentType({ id: type.id }, world.staff)).toMatchObject({ categoryIds: [kept] });
  });
});

describe('appointment tags', () => {
  test('are added, listed by name for staff and shops, renamed and removed', async () => {
    const [warm, cold] = [await addTag('Warm'), await addTag('Cold')];
    const listed = await tags.listOrganisationAppointmentTags({ parentId }, world.staff);
    expect(listed.data.map(({ id }) => id)).toEqual([cold, warm]);
    expect((await tags.listShopAppointmentTags({ organisationId: parentId }, world.anybody)).data).toEqual(listed.data);
    const renamed = await tags.updateOrganisationAppointmentTag(
      { parentId, id: warm, tag: { ...blank, name: 'Hot' }, updateMask: ['name'] },
      world.staff,
    );
    expect(renamed).toEqual({ id: warm, organisationId: parentId, name: 'Hot' });
    expect(await tags.getOrganisationAppointmentTag({ parentId, id: warm }, viewer())).toEqual(renamed);
    const practitioner = await world.practitioners.getPractitioner(
      { id: (await hire(world, 1))[0] ?? '' },
      world.staff,
    );
    const tagged = await world.practitioners.updatePractitioner(
      { id: practitioner.id, practitioner: { ...practitioner, tagIds: [warm, cold] }, updateMask: ['tag_ids'] },
      world.staff,
    );
    expect(tagged.tags.map(({ name }) => name)).toEqual(['Hot', 'Cold']);
    await tags.deleteOrganisationAppointmentTag({ parentId, id: warm }, world.staff);
    expect(await world.practitioners.getPractitioner({ id: practitioner.id }, world.staff)).toMatchObject({
      tagIds: [cold],
      tags: [{ name: 'Cold' }],
    });
  });

  test('that something is limited to stay, because nothing would be limited without them', async () => {
    const id = await addTag('Deep');
    const [room = ''] = await build(world, 1);
    const limit = (suitableForTags: string[]) =>
      world.rooms
        .getRoom({ id: room }, world.staff)
        .then((read) =>
          world.rooms.updateRoom(
            { id: room, room: { ...read, suitableForTags }, updateMask: ['suitable_for_tags'] },
            world.staff,
          ),
        );
    await limit([id]);
    const removal = () => tags.deleteOrganisationAppointmentTag({ parentId, id }, world.staff);
    await expect(removal()).rejects.toMatchObject({ kind: 'state_conflict', reason: 'tag_limits' });
    await limit([]);
    await removal();
  });
});

test('categories and tags of nobody, or of another organisation, are bad fields of whatever names them', async () => {
  const nothing = { practitionerIds: [], roomIds: [] };
  await expect(offer(world, nothing, { categoryIds: ['x', 'y'], tagIds: ['z'] })).rejects.toMatchObject({
    kind: 'invalid',
    fields: { category_ids: ['There is no x here.', 'There is no y here.'], tag_ids: ['There is no z here.'] },
  });
  const { principal } = world.stranger;
  const theirs = await tags.createOrganisationAppointmentTag(
    { parentId: principal.organisationId, tag: { ...blank, name: 'Theirs' } },
    world.stranger,
  );
  await expect(offer(world, nothing, { tagIds: [theirs.id] })).rejects.toMatchObject({
    fields: { tag_ids: [`There is no ${theirs.id} here.`] },
  });
});

test('another organisation in the path is not found, and nothing of one is seen from another', async () => {
  const id = await addCategory('Ours');
  const { organisationId } = world.stranger.principal;
  for (const [asked, caller] of [
    [parentId, world.stranger],
    [organisationId, world.staff],
    ['nowhere', world.staff],
  ] as const) {
    await expect(categories.getOrganisationCategory({ parentId: asked, id }, caller)).rejects.toMatchObject({
      kind: 'not_found',
      message: `The requested resource could not be found ${asked}`,
    });
    await expect(categories.listOrganisationCategories({ parentId: asked }, caller)).rejects.toMatchObject({
      kind: 'not_found',
    });
  }
  await expect(
    categories.getOrganisationCategory({ parentId: organisationId, id }, world.stranger),
  ).rejects.toMatchObject({ kind: 'not_found' });
});
