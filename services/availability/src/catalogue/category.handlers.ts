import type { CategoryServiceService, CreateCategoryRequest } from '@lido/proto/lido/availability/v1/category.ts';
import { Category } from '@lido/proto/lido/availability/v1/offering.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { equals } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list, listWhere } from '@lido/runtime/resource/list.ts';
import { ofOwnOrganisation } from '@lido/runtime/resource/own-organisation.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { lastPosition } from '@lido/runtime/resource/reorder.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { categoryOrderHandlers } from './category-order.handlers.ts';
import { CategoryEntity, type CategoryRow } from './category.entity.ts';
import { detachCategory, refuseWhileCategoryLimits } from './detach.repository.ts';

export const categories: ResourceSpec<CategoryRow, Category> = {
  noun: 'category',
  entity: CategoryEntity,
  newId: newShopId,
  scope: { of: 'organisation' },
  writable: ['name', 'voucherApplicable'],
  isGoneOnceDeleted: true,
  defaults: { voucherApplicable: false, position: lastPosition },
  toMessage: ({ id, name, organisationId, voucherApplicable }) => ({ id, name, organisationId, voucherApplicable }),
  filters: { voucherApplicable: equals('voucherApplicable') },
  orderBy: { position: 'asc' },
  event: { saved: 'lido.availability.category.saved', encode: (message) => Category.encode(message).finish() },
  saved: async (row, { em }) => {
    if (row.deletedAt) await detachCategory(em, row.id);
  },
};

const createCategory = create(categories);

export const categoryHandlers = {
  listOrganisationCategories: ofOwnOrganisation(list(categories)),
  createOrganisationCategory: ofOwnOrganisation(({ category }: CreateCategoryRequest, call) =>
    createCategory(category, call),
  ),
  getOrganisationCategory: ofOwnOrganisation(get(categories)),
  updateOrganisationCategory: ofOwnOrganisation(update(categories, 'category')),
  deleteOrganisationCategory: ofOwnOrganisation(remove(categories, refuseWhileCategoryLimits)),
  copyOrganisationCategory: ofOwnOrganisation(copy(categories, 'category')),
  ...categoryOrderHandlers(categories),
  listShopCategories: (request, call) =>
    listWhere(categories, { organisationId: request.organisationId }, request, call),
} satisfies Handlers<typeof CategoryServiceService>;
