import type {
  CategoryList,
  CategoryServiceService,
  UpdateCategoryOrderRequest,
} from '@lido/proto/lido/availability/v1/category.ts';
import type { Category } from '@lido/proto/lido/availability/v1/offering.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { told, toMessages } from '@lido/runtime/resource/load.ts';
import { ofOwnOrganisation } from '@lido/runtime/resource/own-organisation.ts';
import { renumber, reordered } from '@lido/runtime/resource/reorder.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { CategoryEntity, type CategoryRow } from './category.entity.ts';

type Spec = ResourceSpec<CategoryRow, Category>;
type OrderHandlers = Pick<
  Handlers<typeof CategoryServiceService>,
  'listOrganisationCategoryOrder' | 'updateOrganisationCategoryOrder'
>;

const inOrder = { orderBy: { position: 'asc', id: 'asc' } } as const;

/** The order in which an organisation's categories are shown. */
export function categoryOrderHandlers(spec: Spec): OrderHandlers {
  return {
    listOrganisationCategoryOrder: ofOwnOrganisation(async ({ voucherApplicable }, { em, ...call }) => {
      const filter = voucherApplicable === null || voucherApplicable === undefined ? {} : { voucherApplicable };
      const where = { $and: [listable(spec.scope, call, undefined), { deletedAt: null, ...filter }] };
      return { data: await toMessages(spec, await em.find(CategoryEntity, where, inOrder), em) };
    }),
    updateOrganisationCategoryOrder: ofOwnOrganisation((request, call) => reorderCategories(spec, request, call)),
  };
}

function reorderCategories(spec: Spec, { categoryIds }: UpdateCategoryOrderRequest, call: Call): Promise<CategoryList> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const where = { $and: [listable(spec.scope, call, undefined), { deletedAt: null }] };
    const rows = await em.find(CategoryEntity, where, inOrder);
    const before = new Map(rows.map(({ id, position }) => [id, position]));
    const ordered = reordered(rows, categoryIds, 'category_ids');
    renumber(ordered);
    for (const row of ordered.filter(({ id, position }) => before.get(id) !== position)) {
      touch(row, call);
      await told(spec, row, transaction, call);
    }
    return { data: await toMessages(spec, ordered, em) };
  });
}
