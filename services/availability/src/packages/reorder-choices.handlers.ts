import type { UpdatePackageItemChoiceOrderRequest } from '@lido/proto/lido/availability/v1/package.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { finishWrite } from '@lido/runtime/resource/create.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { renumber, reordered } from '@lido/runtime/resource/reorder.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { itemChoiceRows } from './item-choice.repository.ts';
import { ItemChoiceEntity, type PackageRow } from './package.entity.ts';

/** Puts a package's choices in the order of their ids; those it leaves out come after, in the order they had. */
export function reorderChoices(packages: ResourceSpec<PackageRow, Package>) {
  return ({ id, order }: UpdatePackageItemChoiceOrderRequest, call: Call): Promise<Package> =>
    call.transact(async (transaction) => {
      const { em } = transaction;
      const row = await loadVisible(packages, id, call, { em, use: 'write', isArchivedFound: true });
      const { orderBy = {} } = itemChoiceRows;
      const choices = await em.find(ItemChoiceEntity, { parentId: id, deletedAt: null }, { orderBy });
      renumber(reordered(choices, order, 'order'));
      touch(row, call);
      return finishWrite(packages, row, transaction, call);
    });
}
