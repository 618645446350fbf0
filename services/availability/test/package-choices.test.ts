import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { PackageItemChoice } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { blankSessionType, hire, offer } from '../../../test/support/offerings.ts';
import { choiceOf, optionOf, pack } from './package-rows.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let massage = '';
let facial = '';
let yoga = '';

beforeAll(async () => {
  world = await startWorld();
  const practitionerIds = await hire(world, 2);
  massage = (await offer(world, { practitionerIds, roomIds: [] }, { name: 'Massage' })).id;
  facial = (await offer(world, { practitionerIds, roomIds: [] }, { name: 'Facial' })).id;
  const session = { ...blankSessionType, siteId: world.siteId, name: 'Yoga' };
  yoga = (await world.sessionTypes.createSessionType(session, world.staff)).id;
});
afterAll(() => world.stop());

const treatment = () => choiceOf([optionOf(massage, { priceChange: 500 }), optionOf(facial)]);
const changeChoice = (parent: Package, id: string, updateMask: string[], values: Partial<PackageItemChoice>) =>
  world.packages.updatePackageItemChoice(
    { parentId: parent.id, id, choice: { ...choiceOf([]), ...values }, updateMask },
    world.staff,
  );
const firstChoice = ({ itemChoices }: Package): PackageItemChoice => itemChoices[0] as PackageItemChoice;

describe('the choices of a package', () => {
  test('come after the others when they are new, and in the order asked for', async () => {
    const made = await pack(world, [choiceOf([], { name: 'A' }), choiceOf([], { name: 'B' })]);
    const added = await world.packages.createPackageItemChoice(
      { parentId: made.id, choice: choiceOf([], { name: 'C' }) },
      world.staff,
    );
    const names = async () =>
      (await world.packages.listPackageItemChoices({ parentId: made.id }, world.staff)).data.map(({ name }) => name);
    expect(await names()).toEqual(['A', 'B', 'C']);
    const reordered = await world.packages.updatePackageItemChoiceOrder(
      { id: made.id, order: [added.id] },
      world.staff,
    );
    expect(reordered.itemChoices.map(({ name }) => name)).toEqual(['C', 'A', 'B']);
    expect(await names()).toEqual(['C', 'A', 'B']);
    await expect(
      world.packages.updatePackageItemChoiceOrder({ id: made.id, order: ['nothing', added.id] }, world.staff),
    ).rejects.toMatchObject({ kind: 'invalid', fields: { order: ['There is no nothing here.'] } });
    await world.packages.deletePackageItemChoice({ parentId: made.id, id: added.id }, world.staff);
    expect(await names()).toEqual(['A', 'B']);
  });

  test('are changed by mask; null goes back to the default', async () => {
    const made = await pack(world, [
      choiceOf([optionOf(massage)], {
        minOptions: 2,
        maxOptions: 3,
        optionBudget: 5_000,
        visible: false,
        autoSelectTimeslot: true,
        hideTimes: true,
        allocation: { revenueCentre: 'Spa', amount: 100 },
      }),
    ]);
    const { id } = firstChoice(made);
    expect(
      await changeChoice(made, id, ['name', 'optional', 'allow_overlaps'], {
        name: 'Other',
        optional: true,
        allowOverlaps: true,
      }),
    ).toMatchObject({
      ...{ name: 'Other', optional: true, allowOverlaps: true, minOptions: 2, maxOptions: 3, optionBudget: 5_000 },
      ...{
        visible: false,
        autoSelectTimeslot: true,
        hideTimes: true,
        allocation: { revenueCentre: 'Spa', amount: 100 },
      },
    });
    const mask = [
      'min_options',
      'max_options',
      'option_budget',
      'visible',
      'allocation',
      'auto_select_timeslot',
      'hide_times',
    ];
    expect(await changeChoice(made, id, mask, {})).toMatchObject({
      ...{ minOptions: 1, maxOptions: 1, optionBudget: null, visible: true, allocation: null },
      ...{ autoSelectTimeslot: false, hideTimes: false, name: 'Other' },
    });
    expect(await world.packages.getPackageItemChoice({ parentId: made.id, id }, world.staff)).toMatchObject({
      name: 'Other',
      minOptions: 1,
    });
  });

  test('limit their starts by absolute and by relative rules, and by nothing else', async () => {
    const rule = (type: 'ABSOLUTE' | 'RELATIVE' | 'UNSPECIFIED', extra: object = {}) => ({
      type: `PACKAGE_START_TIME_RULE_TYPE_${type}` as const,
      relativeTo: 'PACKAGE_START_TIME_ANCHOR_UNSPECIFIED' as const,
      ...extra,
    });
    const rules = [
      rule('ABSOLUTE', { absoluteTimeFrom: '12:00', absoluteTimeTo: '14:00' }),
      rule('RELATIVE', { relativeMinsFrom: 0, relativeMinsTo: 120 }),
    ];
    const made = await pack(world, [choiceOf([], { startTimeRules: rules })]);
    expect(firstChoice(made).startTimeRules).toMatchObject(rules);
    const bad = [
      rule('UNSPECIFIED'),
      rule('ABSOLUTE', { relativeMinsFrom: 5 }),
      rule('ABSOLUTE', { absoluteTimeFrom: '12:00', absoluteTimeTo: '11:55' }),
      rule('RELATIVE'),
      rule('RELATIVE', { relativeMinsFrom: 10, relativeMinsTo: 5 }),
    ];
    await expect(pack(world, [choiceOf([], { startTimeRules: bad })])).rejects.toMatchObject({
      fields: {
        'item_choices.0.start_time_rules.0.type': ['The type must be absolute or relative.'],
        'item_choices.0.start_time_rules.1.absolute_time_from': [expect.any(String)],
        'item_choices.0.start_time_rules.2.absolute_time_to': [expect.any(String)],
        'item_choices.0.start_time_rules.3.relative_mins_from': [expect.any(String)],
        'item_choices.0.start_time_rules.4.relative_mins_to': [expect.any(String)],
      },
    });
  });
});

describe('the options of a choice', () => {
  const at = (made: Package) => ({ packageId: made.id, parentId: firstChoice(made).id });

  test('are added, read, changed and removed by themselves', async () => {
    const made = await pack(world, [treatment()]);
    await world.packages.deletePackageItemChoiceOption(
      { ...at(made), id: firstChoice(made).options[0]?.id ?? '' },
      world.staff,
    );
    const added = await world.packages.createPackageItemChoiceOption(
      { ...at(made), option: optionOf(massage, { priceChange: 7 }) },
      world.staff,
    );
    expect(added).toMatchObject({
      itemType: 'PACKAGE_ITEM_TYPE_APPOINTMENT',
      priceChange: 7,
      offering: { id: massage, name: 'Massage' },
    });
    expect(await world.packages.getPackageItemChoiceOption({ ...at(made), id: added.id }, world.staff)).toEqual(added);
    const { data } = await world.packages.listPackageItemChoiceOptions(at(made), world.staff);
    expect(data.map(({ offering }) => offering?.id)).toEqual([facial, massage]);
    const changed = await world.packages.updatePackageItemChoiceOption(
      { ...at(made), id: added.id, option: optionOf(''), updateMask: ['price_change'] },
      world.staff,
    );
    expect(changed).toEqual({ ...added, priceChange: 0 });
    await expect(
      world.packages.getPackageItemChoiceOption({ ...at(made), id: 'nothing' }, world.staff),
    ).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('are of the kind of their choice and offered by the site; complaints name the fields of their own body', async () => {
    const made = await pack(world, [treatment()]);
    const add = (offeringId: string, extra: object = {}) =>
      world.packages.createPackageItemChoiceOption({ ...at(made), option: optionOf(offeringId, extra) }, world.staff);
    await expect(add(yoga)).rejects.toMatchObject({
      fields: { offering: [`This site does not offer the appointment ${yoga}.`] },
    });
    await expect(add(yoga, { itemType: 'PACKAGE_ITEM_TYPE_SESSION' })).rejects.toMatchObject({
      fields: { item_type: ['This choice is of kind appointment.'] },
    });
    await expect(add('')).rejects.toMatchObject({ fields: { offering: ['The id of an offering is needed.'] } });
    const sessions = await pack(world, [choiceOf([optionOf(yoga)], { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' })]);
    expect(firstChoice(sessions).options).toMatchObject([
      { itemType: 'PACKAGE_ITEM_TYPE_SESSION', offering: { id: yoga, name: 'Yoga' } },
    ]);
  });

  test('whose offering was archived since stay, and do not stand in the way of other changes', async () => {
    const gone = await offer(world, { practitionerIds: [], roomIds: [] }, { name: 'Gone' });
    const made = await pack(world, [choiceOf([optionOf(gone.id)])]);
    await world.types.deleteAppointmentType({ id: gone.id }, world.staff);
    const changed = await changeChoice(made, firstChoice(made).id, ['name'], { name: 'Renamed' });
    expect(changed).toMatchObject({ name: 'Renamed', options: [{ offering: { name: 'Gone' } }] });
    await expect(pack(world, [choiceOf([optionOf(gone.id)])])).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('of another package are not found under this one', async () => {
    const [here, there] = [await pack(world, [treatment()]), await pack(world, [treatment()])];
    await expect(
      world.packages.listPackageItemChoiceOptions({ packageId: here.id, parentId: firstChoice(there).id }, world.staff),
    ).rejects.toMatchObject({ kind: 'not_found' });
  });
});
