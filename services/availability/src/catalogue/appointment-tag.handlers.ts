import type {
  AppointmentTagServiceService,
  CreateTagRequest,
} from '@lido/proto/lido/availability/v1/appointment_tag.ts';
import { Tag } from '@lido/proto/lido/availability/v1/offering.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list, listWhere } from '@lido/runtime/resource/list.ts';
import { ofOwnOrganisation } from '@lido/runtime/resource/own-organisation.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { AppointmentTagEntity, type AppointmentTagRow } from './appointment-tag.entity.ts';
import { detachTag, refuseWhileTagLimits } from './detach.repository.ts';

export const appointmentTags: ResourceSpec<AppointmentTagRow, Tag> = {
  noun: 'tag',
  entity: AppointmentTagEntity,
  newId: newShopId,
  scope: { of: 'organisation' },
  writable: ['name'],
  isGoneOnceDeleted: true,
  toMessage: ({ id, name, organisationId }) => ({ id, name, organisationId }),
  filters: {},
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.appointment_tag.saved', encode: (message) => Tag.encode(message).finish() },
  saved: async (row, { em }) => {
    if (row.deletedAt) await detachTag(em, row.id);
  },
};

const createTag = create(appointmentTags);

export const appointmentTagHandlers = {
  listOrganisationAppointmentTags: ofOwnOrganisation(list(appointmentTags)),
  createOrganisationAppointmentTag: ofOwnOrganisation(({ tag }: CreateTagRequest, call) => createTag(tag, call)),
  getOrganisationAppointmentTag: ofOwnOrganisation(get(appointmentTags)),
  updateOrganisationAppointmentTag: ofOwnOrganisation(update(appointmentTags, 'tag')),
  deleteOrganisationAppointmentTag: ofOwnOrganisation(remove(appointmentTags, refuseWhileTagLimits)),
  listShopAppointmentTags: (request, call) =>
    listWhere(appointmentTags, { organisationId: request.organisationId }, request, call),
} satisfies Handlers<typeof AppointmentTagServiceService>;
