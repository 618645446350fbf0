import {
  type ListPackagesRequest,
  type ListPackagesResponse,
  type PackageServiceService,
} from '@lido/proto/lido/availability/v1/package.ts';
import { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { guestRangeErrors } from '../offerings/guest-range.ts';
import { offeringDefaults, sharedWritable } from '../offerings/offering.entity.ts';
import { catalogueEmbeds } from '../offerings/offering-embeds.repository.ts';
import {
  availabilityRuleList,
  availabilityRules,
  availabilityRulesOf,
  packagePriceRules,
  priceRuleList,
  priceRulesOf,
} from '../offerings/rules.handlers.ts';
import { offeringReferences, unknownReferences } from '../offerings/unknown-references.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { choiceOptionsOf } from './choice-option.handlers.ts';
import { refuseForeignOptions } from './copied-choices.repository.ts';
import { itemChoiceList, itemChoiceRows, itemChoicesByPackage } from './item-choice.repository.ts';
import { PackageEntity, type PackageRow } from './package.entity.ts';
import { reorderChoices } from './reorder-choices.handlers.ts';

/** Packages whose options show their offerings in full, or by name. */
function packagesWith(offerings: 'in full' | 'by name'): ResourceSpec<PackageRow, Package> {
  return {
    noun: 'package',
    entity: PackageEntity,
    newId: newShopId,
    scope: siteScope(),
    writable: [
      ...sharedWritable,
      'siteId',
      'maxDailyDuration',
      'preventChoiceOverlaps',
      'defaultRevenueCentre',
      'emailOptions',
    ],
    fixed: ['siteId'],
    defaults: { ...offeringDefaults, preventChoiceOverlaps: true },
    toMessage: (row, formats) => ({
      ...row,
      meta: row.meta ?? null,
      emailOptions: row.emailOptions ?? null,
      currency: null,
      image: null,
      categories: [],
      itemChoices: [],
      availabilityRules: [],
      priceRules: [],
      ...stamps(row, formats),
    }),
    embed: async (rows, em) => {
      const ids = rows.map(({ id }) => id);
      const choices = await itemChoicesByPackage(em, ids, offerings);
      const { shown, rules } = await catalogueEmbeds(em, rows, ({ siteId }) => siteId);
      return (row) => ({
        ...shown(row),
        itemChoices: choices(row.id),
        priceRules: rules.prices(row.id).map(packagePriceRules.toMessage),
        availabilityRules: rules.availability(row.id).map(availabilityRules.toMessage),
      });
    },
    lists: [itemChoiceList, availabilityRuleList(availabilityRules), priceRuleList(packagePriceRules)],
    filters: { query: contains('name', 'productCode'), categoryId: overlaps('categoryIds') },
    orderBy: { name: 'asc' },
    event: { saved: 'lido.availability.package.saved', encode: (message) => Package.encode(message).finish() },
    check: async (row, { em }) => ({
      ...guestRangeErrors(row),
      ...(await unknownReferences(em, row.organisationId, offeringReferences(row))),
    }),
    saved: (row, { em }) => modelChanged(em, [row.siteId]),
  };
}

export const packages = packagesWith('in full');

const listInFull = list(packages);
const listByName = list(packagesWith('by name'));

function listPackages(request: ListPackagesRequest, call: Call): Promise<ListPackagesResponse> {
  return request.includeOptionOfferings === true ? listInFull(request, call) : listByName(request, call);
}

const openings = availabilityRulesOf(packages, availabilityRules);
const priceRules = priceRulesOf(packages, packagePriceRules);
const choices = childrenOf({ ...itemChoiceRows, parent: packages }, 'choice');
const options = choiceOptionsOf(packages);

export const packageHandlers = {
  listPackages,
  getPackage: get(packages),
  createPackage: create(packages),
  updatePackage: update(packages, 'package'),
  deletePackage: archiveSilently(packages),
  restorePackage: restore(packages),
  copyPackage: copy(packages, 'package', refuseForeignOptions),
  listPackageAvailabilityRules: openings.list,
  getPackageAvailabilityRule: openings.get,
  createPackageAvailabilityRule: openings.create,
  updatePackageAvailabilityRule: openings.update,
  deletePackageAvailabilityRule: openings.remove,
  listPackagePriceRules: priceRules.list,
  getPackagePriceRule: priceRules.get,
  createPackagePriceRule: priceRules.create,
  updatePackagePriceRule: priceRules.update,
  deletePackagePriceRule: priceRules.remove,
  listPackageItemChoices: choices.listAll,
  getPackageItemChoice: choices.get,
  createPackageItemChoice: choices.create,
  updatePackageItemChoice: choices.update,
  deletePackageItemChoice: choices.remove,
  updatePackageItemChoiceOrder: reorderChoices(packages),
  listPackageItemChoiceOptions: options.list,
  getPackageItemChoiceOption: options.get,
  createPackageItemChoiceOption: options.create,
  updatePackageItemChoiceOption: options.update,
  deletePackageItemChoiceOption: options.remove,
} satisfies Handlers<typeof PackageServiceService>;
