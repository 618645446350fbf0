import type { Practitioner } from '@lido/proto/lido/availability/v1/practitioner.ts';
import type {
  CustomAvailability,
  PractitionerScheduleServiceService,
} from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import { equals } from '@lido/runtime/resource/filters.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import { CustomAvailabilityEntity, type CustomAvailabilityRow } from './custom-availability.entity.ts';
import { getRotaOfDate, updateRotaOfDate } from './rota-of-date.handlers.ts';
import { listScheduledAvailability } from './scheduled-availability.handlers.ts';
import { toCustomAvailability } from './working-time.ts';

const entries = childrenOf<
  CustomAvailabilityRow,
  CustomAvailability,
  PractitionerRow,
  Practitioner,
  'customAvailability'
>(
  {
    entity: CustomAvailabilityEntity,
    parent: practitioners,
    newId: newShopId,
    writable: ['dateTimeFrom', 'dateTimeTo', 'isAvailable'],
    toMessage: (row, { instant }) => {
      const { fromMs, toMs, isAvailable } = toCustomAvailability(row);
      const [dateTimeFrom, dateTimeTo] = [instant(new Date(fromMs)), instant(new Date(toMs))];
      return { id: row.id, hasAvailabilityId: row.parentId, dateTimeFrom, dateTimeTo, isAvailable };
    },
    filters: { isAvailable: equals('isAvailable') },
    orderBy: { dateTimeFrom: 'asc' },
    check: (row) => {
      const { fromMs, toMs } = toCustomAvailability(row);
      return toMs > fromMs ? {} : { date_time_to: ['The end must be after the start.'] };
    },
  },
  'customAvailability',
);

export const practitionerScheduleHandlers = {
  listPractitionerCustomAvailability: entries.list,
  createPractitionerCustomAvailability: entries.create,
  getPractitionerCustomAvailability: entries.get,
  updatePractitionerCustomAvailability: entries.update,
  deletePractitionerCustomAvailability: entries.remove,
  getRotaOfDate,
  updateRotaOfDate,
  listPractitionerScheduledAvailability: listScheduledAvailability,
} satisfies Handlers<typeof PractitionerScheduleServiceService>;
