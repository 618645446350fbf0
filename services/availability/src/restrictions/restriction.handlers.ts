import type {
  AppointmentRestriction,
  AppointmentRestrictionServiceService,
} from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import type { Practitioner } from '@lido/proto/lido/availability/v1/practitioner.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import { unknownReferences } from '../offerings/unknown-references.repository.ts';
import { restrictionErrors, toRestriction } from './restriction.ts';
import { restrictionColumns, RestrictionEntity, type RestrictionRow } from './restriction.entity.ts';
import { restrictionEmbeds } from './restriction.repository.ts';

const restrictions = childrenOf<RestrictionRow, AppointmentRestriction, PractitionerRow, Practitioner, 'restriction'>(
  {
    entity: RestrictionEntity,
    parent: practitioners,
    newId: newShopId,
    writable: restrictionColumns,
    defaults: { appointmentTypeIds: [], categoryIds: [] },
    toMessage: toRestriction,
    embed: restrictionEmbeds,
    check: async (row, _parent, em) => ({
      ...restrictionErrors(row),
      ...(await unknownReferences(em, row.organisationId, {
        appointment_type_ids: row.appointmentTypeIds,
        category_ids: row.categoryIds,
      })),
    }),
  },
  'restriction',
);

export const appointmentRestrictionHandlers = {
  listPractitionerAppointmentRestrictions: restrictions.list,
  createPractitionerAppointmentRestriction: restrictions.create,
  getPractitionerAppointmentRestriction: restrictions.get,
  updatePractitionerAppointmentRestriction: restrictions.update,
  deletePractitionerAppointmentRestriction: restrictions.remove,
} satisfies Handlers<typeof AppointmentRestrictionServiceService>;
