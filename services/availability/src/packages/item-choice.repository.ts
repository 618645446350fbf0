import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { PackageItemChoice } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { childList } from '@lido/runtime/resource/child-list.ts';
import type { ChildRows } from '@lido/runtime/resource/children-of.ts';
import type { ChildList } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { choiceErrors, keptOptions, maxOptionsOf } from './item-choice.ts';
import { presentOptions, unknownOptions } from './option-offerings.repository.ts';
import { ItemChoiceEntity, type ItemChoiceRow, type PackageRow } from './package.entity.ts';

/** Where a choice stands until somebody puts it elsewhere: after those that have a place, by its age. */
const lastPosition = 2_147_483_647;

const orderBy = { position: 'asc', createdAt: 'asc', id: 'asc' } as const;

/** The choices of a package. */
export const itemChoiceRows: ChildRows<ItemChoiceRow, PackageItemChoice, PackageRow> = {
  entity: ItemChoiceEntity,
  newId: newShopId,
  writable: [
    'name',
    'description',
    'minOptions',
    'maxOptions',
    'optionBudget',
    'autoSelectTimeslot',
    'hideTimes',
    'optional',
    'visible',
    'allowOverlaps',
    'offeringType',
    'allocation',
    'startTimeRules',
    'options',
  ],
  defaults: { position: lastPosition, minOptions: 1, visible: true },
  toMessage: withoutOptions,
  embed: async (rows, em) => {
    const present = await presentOptions(em, rows, true);
    return ({ options }) => ({ options: options.map(present) });
  },
  orderBy,
  place: (row, position) => {
    row.position = position;
  },
  complete: (row, before) => {
    if (row.offeringType === 'PACKAGE_ITEM_TYPE_UNSPECIFIED') row.offeringType = 'PACKAGE_ITEM_TYPE_APPOINTMENT';
    const { offeringType } = row;
    row.options = keptOptions(row.options, before?.options ?? [], { offeringType, newId: newShopId });
  },
  check: async (row, parent, em) => ({ ...(await unknownOptions(em, row, parent)), ...choiceErrors(row) }),
};

/** The choices that a package's own body may carry. */
export const itemChoiceList: ChildList<PackageRow> = childList('item_choices', 'itemChoices', itemChoiceRows);

/** The live choices of packages in their order. */
export async function choicesOf(em: SqlEntityManager, packageIds: readonly string[]): Promise<ItemChoiceRow[]> {
  const where = { parentId: { $in: [...packageIds] }, deletedAt: null };
  return em.find(ItemChoiceEntity, where, { orderBy, disableIdentityMap: true });
}

/** The choices of packages as clients see them, their options' offerings in full or by name. */
export async function itemChoicesByPackage(
  em: SqlEntityManager,
  packageIds: readonly string[],
  offerings: 'in full' | 'by name',
): Promise<(packageId: string) => PackageItemChoice[]> {
  const rows = await choicesOf(em, packageIds);
  const present = await presentOptions(em, rows, offerings === 'in full');
  const rowsOf = Map.groupBy(rows, ({ parentId }) => parentId);
  return (packageId) =>
    (rowsOf.get(packageId) ?? []).map((row) => ({ ...withoutOptions(row), options: row.options.map(present) }));
}

function withoutOptions(row: ItemChoiceRow): PackageItemChoice {
  return { ...row, maxOptions: maxOptionsOf(row), allocation: row.allocation ?? null, options: [] };
}
