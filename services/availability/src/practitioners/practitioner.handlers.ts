import { Practitioner, type PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { type RefuseWhileNeeded, remove } from '@lido/runtime/resource/remove.ts';
import { sitesScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { detachFromTypes, refuseAsLastOfType } from '../appointments/listed-by-types.repository.ts';
import { refuseToLeave, refuseWhileBooked } from '../claims/refuse-while-booked.repository.ts';
import { imagesOf } from '../media/media.repository.ts';
import { tagsOf } from '../offerings/offering-embeds.repository.ts';
import { dateOnly } from '../offerings/rule.ts';
import { unknownReferences } from '../offerings/unknown-references.repository.ts';
import { refuseWhileInTimetable } from '../recurrence-groups/refuse-while-in-timetable.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { restrictionList, restrictionMessages } from '../restrictions/restriction.repository.ts';
import { copyParts } from './copy-parts.repository.ts';
import { unknownZones, zonesOf } from '../zones/zone.repository.ts';
import { PractitionerEntity, type PractitionerRow } from './practitioner.entity.ts';
import { listPractitionerOrder, listPractitioners, updatePractitionerOrder } from './practitioner-order.handlers.ts';

export const practitioners: ResourceSpec<PractitionerRow, Practitioner> = {
  noun: 'practitioner',
  entity: PractitionerEntity,
  newId: newShopId,
  scope: sitesScope(),
  writable: [
    'siteIds',
    'name',
    'avatarId',
    'tagIds',
    'canOfferTags',
    'zoneIds',
    'gender',
    'schedulingWeekIntervalStart',
    'schedulingWeekInterval',
  ],
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({
    ...row,
    schedulingWeekIntervalStart: dateOnly(row.schedulingWeekIntervalStart),
    avatar: null,
    tags: [],
    zones: [],
    appointmentRestrictions: [],
    ...stamps(row, formats),
  }),
  embed: async (rows, em) => {
    const [tags, zones] = [await tagsOf(em, rows), await zonesOf(em, rows)];
    const ids = rows.map(({ id }) => id);
    const restrictions = await restrictionMessages(ids, em);
    const avatarOf = await imagesOf(em, rows, ({ avatarId }) => avatarId);
    return (row) => ({
      ...tags(row),
      ...zones(row),
      avatar: avatarOf(row),
      appointmentRestrictions: restrictions(row.id),
    });
  },
  lists: [restrictionList],
  filters: { query: contains('name'), zoneId: overlaps('zoneIds') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.practitioner.saved', encode: (message) => Practitioner.encode(message).finish() },
  check: async (row, { em, before }) => {
    await refuseToLeave(em, row.id, before?.siteIds.filter((id) => !row.siteIds.includes(id)) ?? []);
    return {
      ...(await unknownReferences(em, row.organisationId, {
        tag_ids: row.tagIds,
        can_offer_tags: row.canOfferTags,
        avatar_id: [row.avatarId],
      })),
      ...(await unknownZones(em, row.zoneIds, row.siteIds)),
    };
  },
  saved: async (row, { em, before }) => {
    await em.execute(
      'update practitioner_rotas set site_ids = (select site_ids from practitioners where id = ?) where practitioner_id = ?',
      [row.id, row.id],
      'run',
    );
    if (row.deletedAt) await detachFromTypes(em, 'practitioner_ids', row.id);
    await modelChanged(em, [...row.siteIds, ...(before?.siteIds ?? [])]);
  },
};

const refuseWhileInUse: RefuseWhileNeeded<PractitionerRow> = async (...removal) => {
  await refuseWhileBooked(practitioners)(...removal);
  await refuseAsLastOfType('practitioner_ids')(...removal);
  await refuseWhileInTimetable('practitioner_id')(...removal);
};

export const practitionerHandlers = {
  listPractitioners: listPractitioners(practitioners),
  getPractitioner: get(practitioners),
  createPractitioner: create(practitioners),
  updatePractitioner: update(practitioners, 'practitioner'),
  deletePractitioner: remove(practitioners, refuseWhileInUse),
  copyPractitioner: copy(practitioners, 'practitioner', copyParts),
  listPractitionerOrder: listPractitionerOrder(practitioners),
  updatePractitionerOrder: updatePractitionerOrder(practitioners),
} satisfies Handlers<typeof PractitionerServiceService>;
