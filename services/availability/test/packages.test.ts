import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { PackageItemChoice } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { namedOffering } from '../src/offerings/shop-offering.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { blankPackage, choiceOf, daily, optionOf, pack } from './package-rows.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let massage = '';
let facial = '';

beforeAll(async () => {
  world = await startWorld();
  const practitionerIds = await hire(world, 2);
  massage = (await offer(world, { practitionerIds, roomIds: [] }, { name: 'Massage' })).id;
  facial = (await offer(world, { practitionerIds, roomIds: [] }, { name: 'Facial' })).id;
});
afterAll(() => world.stop());

const treatment = () => choiceOf([optionOf(massage, { priceChange: 500 }), optionOf(facial)]);
const change = (id: string, updateMask: string[], values: Partial<Package>) =>
  world.packages.updatePackage({ id, package: { ...blankPackage, ...values }, updateMask }, world.staff);
const firstChoice = ({ itemChoices }: Package): PackageItemChoice => itemChoices[0] as PackageItemChoice;

describe('a package', () => {
  test('is added with the choices, options and rules of its body, and shows them', async () => {
    const made = await pack(
      world,
      [treatment(), choiceOf([optionOf('wine')], { name: 'Drink', offeringType: 'PACKAGE_ITEM_TYPE_PRODUCT' })],
      {
        availabilityRules: [{ id: 'ignored', weekdays: ['monday'] }],
        emailOptions: { hidePrices: true },
        defaultRevenueCentre: 'Spa',
        maxDailyDuration: 240,
      },
    );
    expect(await world.packages.getPackage({ id: made.id }, world.staff)).toEqual(made);
    expect(made).toMatchObject({
      currency: 'gbp',
      preventChoiceOverlaps: true,
      maxDailyDuration: 240,
      emailOptions: { hidePrices: true },
      defaultRevenueCentre: 'Spa',
      priceRules: [{ packageId: made.id, price: 10_000 }],
      availabilityRules: [{ weekdays: ['monday'], isAvailable: true }],
      itemChoices: [
        {
          name: 'Treatment',
          minOptions: 1,
          maxOptions: 1,
          visible: true,
          offeringType: 'PACKAGE_ITEM_TYPE_APPOINTMENT',
          options: [
            {
              itemType: 'PACKAGE_ITEM_TYPE_APPOINTMENT',
              priceChange: 500,
              offering: { id: massage, name: 'Massage', priceFrom: 8_000 },
            },
            { priceChange: 0, offering: { id: facial, type: 'appointment' } },
          ],
        },
        { name: 'Drink', options: [{ offering: { id: 'wine', type: 'product' } }] },
      ],
    });
    expect(made.availabilityRules[0]?.id).not.toBe('ignored');
  });

  test('is changed by mask: a value sets, null goes back to the default, what is absent stays', async () => {
    const made = await pack(world, [treatment()], { maxDailyDuration: 240, preventChoiceOverlaps: false });
    expect(
      await change(made.id, ['name', 'email_options'], { name: 'Renamed', emailOptions: { hidePrices: true } }),
    ).toMatchObject({
      name: 'Renamed',
      maxDailyDuration: 240,
      preventChoiceOverlaps: false,
      emailOptions: { hidePrices: true },
      itemChoices: made.itemChoices,
    });
    const cleared = await change(made.id, ['max_daily_duration', 'prevent_choice_overlaps', 'email_options'], {});
    expect(cleared).toMatchObject({
      name: 'Renamed',
      maxDailyDuration: null,
      preventChoiceOverlaps: true,
      emailOptions: null,
    });
  });

  test('takes whole lists: entries with an id change that one, others are new, missing ones go', async () => {
    const made = await pack(world, [treatment(), choiceOf([optionOf(facial)], { name: 'Second' })]);
    const [first, second] = made.itemChoices as [PackageItemChoice, PackageItemChoice];
    const changed = await change(made.id, ['item_choices', 'price_rules'], {
      itemChoices: [{ ...second, name: 'Renamed' }, choiceOf([optionOf(massage)], { id: 'unknown', name: 'New' })],
      priceRules: [
        { ...(made.priceRules[0] as object), price: 9_000 } as never,
        daily(12_000, { weekdays: ['saturday'] }),
      ],
    });
    expect(changed.itemChoices.map(({ id, name }) => [id === second.id, name])).toEqual([
      [true, 'Renamed'],
      [false, 'New'],
    ]);
    expect(changed.itemChoices[0]?.options).toEqual(second.options);
    expect(changed.itemChoices[1]?.id).not.toBe('unknown');
    expect(changed.priceRules.map(({ id, price }) => [id === made.priceRules[0]?.id, price])).toEqual([
      [true, 9_000],
      [false, 12_000],
    ]);
    await expect(
      world.packages.getPackageItemChoice({ parentId: made.id, id: first.id }, world.staff),
    ).rejects.toMatchObject({ kind: 'not_found' });
    expect(await change(made.id, ['item_choices'], { itemChoices: [] })).toMatchObject({ itemChoices: [] });
  });

  test('names everything that is wrong at once, in lists by their index, and nothing is half done', async () => {
    const bad = pack(
      world,
      [
        treatment(),
        choiceOf([optionOf('nobody'), optionOf(massage), optionOf(massage)], { minOptions: 3, maxOptions: 2 }),
      ],
      {
        name: 'Bad one',
        minGuests: 3,
        maxGuests: 2,
        categoryIds: ['none'],
        priceRules: [daily(1, { weekdays: ['someday'] })],
        availabilityRules: [{ id: '', weekdays: [], timeFrom: '12:00', timeTo: '11:00' }],
      },
    );
    await expect(bad).rejects.toMatchObject({
      kind: 'invalid',
      fields: {
        max_guests: [expect.any(String)],
        category_ids: ['There is no none here.'],
        'item_choices.1.max_options': ['At least the 3 options that have to be chosen must be allowed.'],
        'item_choices.1.options.0.offering': ['This site does not offer the appointment nobody.'],
        'item_choices.1.options.2.offering': ['This offering is an option of the choice already.'],
        'price_rules.0.weekdays': [expect.stringContaining('someday')],
        'availability_rules.0.time_to': [expect.any(String)],
      },
    });
    const { data } = await world.packages.listPackages({ siteId: [], categoryId: [], query: 'Bad one' }, world.staff);
    expect(data).toEqual([]);
  });

  test('is listed by name, of the categories and sites asked for, with its offerings in full when asked', async () => {
    const parentId = world.staff.principal.organisationId;
    const category = { id: '', organisationId: '', name: 'Romance', voucherApplicable: false };
    const romance = await world
      .peer(CategoryServiceService)
      .createOrganisationCategory({ parentId, category }, world.staff);
    await pack(world, [treatment()], { name: 'Listed B', categoryIds: [romance.id] });
    await pack(world, [], { name: 'Listed A' });
    const list = async (extra: object) =>
      (
        await world.packages.listPackages(
          { siteId: [world.siteId], categoryId: [], query: 'Listed', ...extra },
          world.staff,
        )
      ).data;
    expect((await list({})).map(({ name }) => name)).toEqual(['Listed A', 'Listed B']);
    const offered = async (extra: object) =>
      firstChoice((await list({ categoryId: [romance.id, 'other'], ...extra }))[0] as Package).options[0]?.offering;
    expect(await offered({})).toEqual(namedOffering('appointment', massage, 'Massage'));
    expect(await offered({ includeOptionOfferings: true })).toMatchObject({
      name: 'Massage',
      priceFrom: 8_000,
      durations: [60],
    });
    await expect(list({ siteId: ['elsewhere'] })).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('that is archived stays readable, is listed apart and comes back', async () => {
    const made = await pack(world, [treatment()], { name: 'Archived' });
    const names = async (archived: boolean) =>
      (
        await world.packages.listPackages({ siteId: [], categoryId: [], query: 'Archived', archived }, world.staff)
      ).data.map(({ id }) => id);
    await world.packages.deletePackage({ id: made.id }, world.staff);
    expect([await names(false), await names(true)]).toEqual([[], [made.id]]);
    expect((await world.packages.getPackage({ id: made.id }, world.staff)).deletedAt).not.toBeNull();
    expect((await world.packages.restorePackage({ id: made.id }, world.staff)).deletedAt).toBeNull();
    expect([await names(false), await names(true)]).toEqual([[made.id], []]);
  });

  test('is copied with its choices, options and rules under ids of their own, but for what the body carries', async () => {
    const made = await pack(world, [treatment(), choiceOf([optionOf(facial)], { name: 'Second' })], {
      availabilityRules: [{ id: '', weekdays: ['monday'] }],
    });
    const copied = await world.packages.copyPackage(
      {
        id: made.id,
        package: { ...blankPackage, name: 'Copy', priceRules: [daily(5)] },
        updateMask: ['name', 'price_rules'],
      },
      world.staff,
    );
    expect(copied).toMatchObject({
      name: 'Copy',
      siteId: world.siteId,
      priceRules: [{ price: 5 }],
      availabilityRules: [{ weekdays: ['monday'] }],
    });
    const withoutIds = ({ itemChoices }: Package) =>
      itemChoices.map((choice) => ({
        ...choice,
        id: '',
        options: choice.options.map((option) => ({ ...option, id: '' })),
      }));
    expect(withoutIds(copied)).toEqual(withoutIds(made));
    const ids = ({ itemChoices }: Package) =>
      itemChoices.flatMap(({ id, options }) => [id, ...options.map((option) => option.id)]);
    expect(ids(copied).filter((id) => ids(made).includes(id))).toEqual([]);
  });

  test('can not be seen, changed or copied by a stranger, nor be made at a site they do not see', async () => {
    const made = await pack(world, []);
    const hidden = { kind: 'not_found' };
    await expect(world.packages.getPackage({ id: made.id }, world.stranger)).rejects.toMatchObject(hidden);
    await expect(
      world.packages.copyPackage({ id: made.id, package: null, updateMask: [] }, world.stranger),
    ).rejects.toMatchObject(hidden);
    await expect(
      world.packages.createPackage({ ...blankPackage, siteId: world.siteId }, world.stranger),
    ).rejects.toMatchObject({
      kind: 'invalid',
      fields: { site_id: [expect.any(String)] },
    });
  });
});

test('the prices of a package pass over the times of other kinds', async () => {
  const { id: parentId } = await pack(world, []);
  const made = await world.packages.createPackagePriceRule({ parentId, rule: daily(12_000) }, world.staff);
  const rule = { ...daily(13_000), timeFrom: '09:00', duration: 60 };
  const change = { parentId, id: made.id, rule, updateMask: ['time_from', 'duration'] };
  expect(await world.packages.updatePackagePriceRule(change, world.staff)).toEqual(made);
});
