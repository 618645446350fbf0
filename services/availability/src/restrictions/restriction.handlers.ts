import type {
  AppointmentRestriction,
  AppointmentRestrictionServiceService,
} from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import type { Practitioner } from '@lido/proto/lido/availability/v1/practitioner.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import type { RestrictionRow } from './restriction.entity.ts';
import { restrictionRows } from './restriction.repository.ts';

const restrictions = childrenOf<RestrictionRow, AppointmentRestriction, PractitionerRow, Practitioner, 'restriction'>(
  { ...restrictionRows, parent: practitioners },
  'restriction',
);

export const appointmentRestrictionHandlers = {
  listPractitionerAppointmentRestrictions: restrictions.list,
  createPractitionerAppointmentRestriction: restrictions.create,
  getPractitionerAppointmentRestriction: restrictions.get,
  updatePractitionerAppointmentRestriction: restrictions.update,
  deletePractitionerAppointmentRestriction: restrictions.remove,
} satisfies Handlers<typeof AppointmentRestrictionServiceService>;
