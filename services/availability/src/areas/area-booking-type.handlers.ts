import {
  AreaBookingType,
  type AreaBookingTypeServiceService,
} from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { catalogueEmbeds } from '../offerings/offering-embeds.repository.ts';
import { offeringDefaults, offeringWritable } from '../offerings/offering.entity.ts';
import {
  areaBookingAvailabilityRules,
  areaBookingPriceRules,
  availabilityRuleList,
  availabilityRulesOf,
  priceRuleList,
  priceRulesOf,
} from '../offerings/rules.handlers.ts';
import { offeringReferences, unknownReferences } from '../offerings/unknown-references.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { AreaBookingTypeEntity, type AreaBookingTypeRow } from './area-booking-type.entity.ts';
import { areaBookingTypeErrors } from './area-booking-type.ts';
import { unknownAreas } from './unknown-areas.repository.ts';

export const areaBookingTypes: ResourceSpec<AreaBookingTypeRow, AreaBookingType> = {
  noun: 'area booking type',
  entity: AreaBookingTypeEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: [
    ...offeringWritable,
    'siteId',
    'areaIds',
    'startTimeInterval',
    'durationInterval',
    'minDuration',
    'maxDuration',
    'endBuffer',
    'maxBaskets',
  ],
  fixed: ['siteId'],
  defaults: { ...offeringDefaults, endBuffer: 0 },
  toMessage: (row, formats) => ({
    ...row,
    meta: row.meta ?? null,
    currency: null,
    image: null,
    categories: [],
    availabilityRules: [],
    priceRules: [],
    ...stamps(row, formats),
  }),
  embed: async (rows, em) => {
    const { shown, rules } = await catalogueEmbeds(em, rows, ({ siteId }) => siteId);
    return (row) => ({
      ...shown(row),
      priceRules: rules.prices(row.id).map(areaBookingPriceRules.toMessage),
      availabilityRules: rules.availability(row.id).map(areaBookingAvailabilityRules.toMessage),
    });
  },
  lists: [availabilityRuleList(areaBookingAvailabilityRules), priceRuleList(areaBookingPriceRules)],
  filters: { query: contains('name', 'productCode'), categoryId: overlaps('categoryIds') },
  orderBy: { name: 'asc' },
  event: {
    saved: 'lido.availability.area_booking_type.saved',
    encode: (message) => AreaBookingType.encode(message).finish(),
  },
  check: async (row, { em }) => ({
    ...areaBookingTypeErrors(row),
    ...(await unknownAreas(em, row)),
    ...(await unknownReferences(em, row.organisationId, offeringReferences(row))),
  }),
  saved: (row, { em }) => modelChanged(em, [row.siteId]),
};

const priceRules = priceRulesOf(areaBookingTypes, areaBookingPriceRules);
const availabilityRules = availabilityRulesOf(areaBookingTypes, areaBookingAvailabilityRules);

export const areaBookingTypeHandlers = {
  listAreaBookingTypes: list(areaBookingTypes),
  getAreaBookingType: get(areaBookingTypes),
  createAreaBookingType: create(areaBookingTypes),
  updateAreaBookingType: update(areaBookingTypes, 'areaBookingType'),
  deleteAreaBookingType: archiveSilently(areaBookingTypes),
  restoreAreaBookingType: restore(areaBookingTypes),
  copyAreaBookingType: copy(areaBookingTypes, 'areaBookingType'),
  listAreaBookingTypePriceRules: priceRules.list,
  getAreaBookingTypePriceRule: priceRules.get,
  createAreaBookingTypePriceRule: priceRules.create,
  updateAreaBookingTypePriceRule: priceRules.update,
  deleteAreaBookingTypePriceRule: priceRules.remove,
  listAreaBookingTypeAvailabilityRules: availabilityRules.list,
  getAreaBookingTypeAvailabilityRule: availabilityRules.get,
  createAreaBookingTypeAvailabilityRule: availabilityRules.create,
  updateAreaBookingTypeAvailabilityRule: availabilityRules.update,
  deleteAreaBookingTypeAvailabilityRule: availabilityRules.remove,
} satisfies Handlers<typeof AreaBookingTypeServiceService>;
