import { SessionType, type SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { given, insertRow, takeBody } from '@lido/runtime/resource/create.ts';
import { contains, oneOf, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { told } from '@lido/runtime/resource/load.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { guestRangeErrors } from '../offerings/guest-range.ts';
import { offeringDefaults, offeringWritable } from '../offerings/offering.entity.ts';
import { catalogueEmbeds } from '../offerings/offering-embeds.repository.ts';
import { priceRuleList, priceRulesOf, sessionPriceRules } from '../offerings/rules.handlers.ts';
import { offeringReferences, unknownReferences } from '../offerings/unknown-references.repository.ts';
import { addTimetables } from '../recurrence-groups/add-timetables.repository.ts';
import { groupsByType } from '../recurrence-groups/groups-by-type.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { SessionTypeEntity, type SessionTypeRow } from './session-type.entity.ts';

export const sessionTypes: ResourceSpec<SessionTypeRow, SessionType> = {
  noun: 'session type',
  entity: SessionTypeEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: [
    ...offeringWritable,
    'siteId',
    'duration',
    'maxBasketsPerSession',
    'maxBookingsPerMember',
    'waitlistEnabled',
  ],
  fixed: ['siteId'],
  defaults: { ...offeringDefaults, duration: 60, waitlistEnabled: false },
  toMessage: (row, formats) => ({
    ...row,
    meta: row.meta ?? null,
    currency: null,
    image: null,
    categories: [],
    priceRules: [],
    recurrenceGroups: [],
    ...stamps(row, formats),
  }),
  embed: async (rows, em) => {
    const { shown, rules } = await catalogueEmbeds(em, rows, ({ siteId }) => siteId);
    const groups = await groupsByType(em, rows);
    return (row) => ({
      ...shown(row),
      priceRules: rules.prices(row.id).map(sessionPriceRules.toMessage),
      recurrenceGroups: groups.get(row.id) ?? [],
    });
  },
  lists: [priceRuleList(sessionPriceRules)],
  filters: { query: contains('name', 'productCode'), sessionTypeId: oneOf('id'), categoryId: overlaps('categoryIds') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.session_type.saved', encode: (message) => SessionType.encode(message).finish() },
  check: async (row, { em }) => ({
    ...guestRangeErrors(row),
    ...(row.duration % 5 === 0 ? {} : { duration: ['The duration must be a multiple of 5 minutes.'] }),
    ...(await unknownReferences(em, row.organisationId, offeringReferences(row))),
  }),
  saved: (row, { em }) => modelChanged(em, [row.siteId]),
};

const priceRules = priceRulesOf(sessionTypes, sessionPriceRules);

/** Adds a session type with the timetables that its body carries, or nothing of it. */
function createSessionType(request: SessionType | null, call: Call): Promise<SessionType> {
  return call.transact(async (transaction) => {
    const row = insertRow(sessionTypes, given(sessionTypes, request), transaction, call);
    await takeBody(sessionTypes, { row, message: request, carries: () => true }, transaction, call);
    await transaction.em.flush();
    await addTimetables(row, request?.recurrenceGroups ?? [], { transaction, call });
    return told(sessionTypes, row, transaction, call);
  });
}

export const sessionTypeHandlers = {
  listSessionTypes: list(sessionTypes),
  getSessionType: get(sessionTypes),
  createSessionType,
  updateSessionType: update(sessionTypes, 'sessionType'),
  deleteSessionType: archiveSilently(sessionTypes),
  restoreSessionType: restore(sessionTypes),
  copySessionType: copy(sessionTypes, 'sessionType'),
  listSessionTypePriceRules: priceRules.list,
  getSessionTypePriceRule: priceRules.get,
  createSessionTypePriceRule: priceRules.create,
  updateSessionTypePriceRule: priceRules.update,
  deleteSessionTypePriceRule: priceRules.remove,
} satisfies Handlers<typeof SessionTypeServiceService>;
