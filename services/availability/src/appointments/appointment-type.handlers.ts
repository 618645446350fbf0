import {
  AppointmentType,
  type AppointmentTypeServiceService,
} from '@lido/proto/lido/availability/v1/appointment_type.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { sitesScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { offeringDefaults, offeringWritable } from '../offerings/offering.entity.ts';
import { catalogueEmbeds, tagsOf } from '../offerings/offering-embeds.repository.ts';
import {
  appointmentPriceRules,
  availabilityRules,
  availabilityRuleList,
  availabilityRulesOf,
  priceRuleList,
  priceRulesOf,
} from '../offerings/rules.handlers.ts';
import { offeringReferences, unknownReferences } from '../offerings/unknown-references.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { AppointmentTypeEntity, type AppointmentTypeRow } from './appointment-type.entity.ts';
import { appointmentTypeErrors } from './appointment-type.ts';
import { checkAppointmentTypeRules } from './check-rules.handlers.ts';

const appointmentTypes: ResourceSpec<AppointmentTypeRow, AppointmentType> = {
  noun: 'appointment type',
  entity: AppointmentTypeEntity,
  newId: newShopId,
  scope: sitesScope(),
  writable: [
    ...offeringWritable,
    'siteIds',
    'practitionerIds',
    'roomIds',
    'equipmentIds',
    'durations',
    'startTimeInterval',
    'endBuffer',
    'practitionersPerGuest',
    'allocateMultiCapacityRooms',
    'enquiriesEnabled',
    'tagIds',
    'contraindications',
  ],
  defaults: {
    ...offeringDefaults,
    durations: [60],
    startTimeInterval: 15,
    endBuffer: 0,
    practitionersPerGuest: 1,
    allocateMultiCapacityRooms: false,
    enquiriesEnabled: false,
  },
  toMessage: (row, formats) => ({
    ...row,
    meta: row.meta ?? null,
    currency: null,
    image: null,
    tags: [],
    categories: [],
    availabilityRules: [],
    priceRules: [],
    ...stamps(row, formats),
  }),
  embed: async (rows, em) => {
    const { shown, rules } = await catalogueEmbeds(em, rows, ({ siteIds }) => siteIds[0]);
    const tags = await tagsOf(em, rows);
    return (row) => ({
      ...shown(row),
      ...tags(row),
      priceRules: rules.prices(row.id).map(appointmentPriceRules.toMessage),
      availabilityRules: rules.availability(row.id).map(availabilityRules.toMessage),
    });
  },
  lists: [availabilityRuleList(availabilityRules), priceRuleList(appointmentPriceRules)],
  filters: { query: contains('name', 'productCode'), categoryId: overlaps('categoryIds') },
  orderBy: { name: 'asc' },
  event: {
    saved: 'lido.availability.appointment_type.saved',
    encode: (message) => AppointmentType.encode(message).finish(),
  },
  check: async (row, { em }) => ({
    ...appointmentTypeErrors(row),
    ...(await unknownReferences(em, row.organisationId, {
      practitioner_ids: row.practitionerIds,
      room_ids: row.roomIds,
      equipment_ids: row.equipmentIds,
      ...offeringReferences(row),
      tag_ids: row.tagIds,
    })),
  }),
  saved: (row, { em, before }) => modelChanged(em, [...row.siteIds, ...(before?.siteIds ?? [])]),
};

const priceRules = priceRulesOf(appointmentTypes, appointmentPriceRules);
const openings = availabilityRulesOf(appointmentTypes, availabilityRules);

/** The rpcs of appointment types. */
export const appointmentTypeHandlers = (parts: Pick<BookingParts, 'compiledSites'>) =>
  ({
    listAppointmentTypes: list(appointmentTypes),
    getAppointmentType: get(appointmentTypes),
    createAppointmentType: create(appointmentTypes),
    updateAppointmentType: update(appointmentTypes, 'appointmentType'),
    deleteAppointmentType: archiveSilently(appointmentTypes),
    copyAppointmentType: copy(appointmentTypes, 'appointmentType'),
    checkAppointmentTypeRules: checkAppointmentTypeRules(appointmentTypes, parts),
    restoreAppointmentType: restore(appointmentTypes),
    listAppointmentTypePriceRules: priceRules.list,
    getAppointmentTypePriceRule: priceRules.get,
    createAppointmentTypePriceRule: priceRules.create,
    updateAppointmentTypePriceRule: priceRules.update,
    deleteAppointmentTypePriceRule: priceRules.remove,
    listAppointmentTypeAvailabilityRules: openings.list,
    getAppointmentTypeAvailabilityRule: openings.get,
    createAppointmentTypeAvailabilityRule: openings.create,
    updateAppointmentTypeAvailabilityRule: openings.update,
    deleteAppointmentTypeAvailabilityRule: openings.remove,
  }) satisfies Handlers<typeof AppointmentTypeServiceService>;
