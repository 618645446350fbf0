import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { PackageItemChoiceRequest } from '@lido/proto/lido/availability/v1/package.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type {
  CreatePackageItemChoiceOptionRequest,
  ListPackageItemChoiceOptionsResponse,
  PackageItemChoiceOptionRequest,
  UpdatePackageItemChoiceOptionRequest,
} from '@lido/proto/lido/availability/v1/package_option.ts';
import type { PackageItemChoiceOption } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { changeParent, findChild } from '@lido/runtime/resource/children-of.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { keptOptions } from './item-choice.ts';
import { itemChoiceRows } from './item-choice.repository.ts';
import { presentOptions } from './option-offerings.repository.ts';
import { type ChoiceOption, ItemChoiceEntity, type ItemChoiceRow, type PackageRow } from './package.entity.ts';

const writable = ['item_type', 'price_change', 'offering'];
const blankOption: ChoiceOption = { id: '', itemType: 'PACKAGE_ITEM_TYPE_UNSPECIFIED', priceChange: 0, offering: null };

/** The handlers of a choice's options, which are kept in its row. Every change is told as a change of the package. */
export function choiceOptionsOf(packages: ResourceSpec<PackageRow, Package>) {
  const read = async ({ packageId, parentId }: PackageItemChoiceRequest, call: Call): Promise<ItemChoiceRow> => {
    await loadVisible(packages, packageId, call, { use: 'read', isArchivedFound: true });
    return choiceOf(call.em, packageId, parentId);
  };
  /** Changes the options of a choice; the work answers which of them is meant. */
  const change = (
    { packageId, parentId }: PackageItemChoiceRequest,
    call: Call,
    work: (options: ChoiceOption[]) => number,
  ): Promise<PackageItemChoiceOption> =>
    changeParent({ parent: packages }, packageId, call, async (em, parent) => {
      const choice = await choiceOf(em, packageId, parentId);
      const options = structuredClone(choice.options);
      const index = work(options);
      keepOptions(choice, options, call);
      await refuseBadOption(em, choice, parent, `options.${index}.`);
      return present(em, choice, index);
    });

  return {
    list: async (request: PackageItemChoiceRequest, call: Call): Promise<ListPackageItemChoiceOptionsResponse> => {
      const choice = await read(request, call);
      return { data: choice.options.map(await presentOptions(call.em, [choice], true)) };
    },
    get: async (request: PackageItemChoiceOptionRequest, call: Call): Promise<PackageItemChoiceOption> => {
      const choice = await read(request, call);
      return present(call.em, choice, indexOf(choice.options, request.id));
    },
    create: (request: CreatePackageItemChoiceOptionRequest, call: Call): Promise<PackageItemChoiceOption> =>
      change(request, call, (options) => options.push(changed(blankOption, request.option, writable)) - 1),
    update: (request: UpdatePackageItemChoiceOptionRequest, call: Call): Promise<PackageItemChoiceOption> =>
      change(request, call, (options) => {
        const index = indexOf(options, request.id);
        options[index] = changed(options[index] as ChoiceOption, request.option, request.updateMask ?? []);
        return index;
      }),
    remove: async ({ packageId, parentId, id }: PackageItemChoiceOptionRequest, call: Call): Promise<object> =>
      changeParent({ parent: packages }, packageId, call, async (em) => {
        const choice = await choiceOf(em, packageId, parentId);
        keepOptions(choice, choice.options.toSpliced(indexOf(choice.options, id), 1), call);
        return {};
      }),
  };
}

/** An option with the fields that the mask names taken from a body; null clears. */
function changed(
  option: ChoiceOption,
  body: PackageItemChoiceOption | null | undefined,
  mask: readonly string[],
): ChoiceOption {
  const { itemType, priceChange, offering } = body ?? blankOption;
  return {
    ...option,
    ...(mask.includes('item_type') && { itemType }),
    ...(mask.includes('price_change') && { priceChange }),
    ...(mask.includes('offering') && { offering }),
  };
}

function keepOptions(choice: ItemChoiceRow, options: ChoiceOption[], call: Call): void {
  const { offeringType } = choice;
  choice.options = keptOptions(options, choice.options, { offeringType, newId: newShopId });
  touch(choice, call);
}

function choiceOf(em: SqlEntityManager, packageId: string, id: string): Promise<ItemChoiceRow> {
  return findChild(em, ItemChoiceEntity as EntityName<ItemChoiceRow>, packageId, id);
}

function indexOf(options: readonly ChoiceOption[], id: string): number {
  const index = options.findIndex((option) => option.id === id);
  if (index < 0) throw notFound(id);
  return index;
}

/** Complaints about the option that is meant are about the fields of its own body. */
async function refuseBadOption(
  em: SqlEntityManager,
  choice: ItemChoiceRow,
  parent: PackageRow,
  at: string,
): Promise<void> {
  const errors = (await itemChoiceRows.check?.(choice, parent, em)) ?? {};
  const named = Object.entries(errors).map(([name, sentences]) => [
    name.startsWith(at) ? name.slice(at.length) : name,
    sentences,
  ]);
  if (named.length > 0) throw invalid(Object.fromEntries(named));
}

async function present(em: SqlEntityManager, choice: ItemChoiceRow, index: number): Promise<PackageItemChoiceOption> {
  const { options } = choice;
  return (await presentOptions(em, [choice], true))(options[index] as ChoiceOption);
}
