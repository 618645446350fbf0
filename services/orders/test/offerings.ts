import type { AppointmentType } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { AppointmentTypeServiceService } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { PractitionerRotaServiceService } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { type Caller, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Two massages of an hour for 80.00, given by one therapist in one room. */
export interface Offerings {
  massageId: string;
  otherMassageId: string;
  practitionerId: string;
}

const outputs = { id: '', organisationId: '', createdAt: '', updatedAt: '' };

/** Hires a therapist who works from 9 to 17 every day, builds a room, and offers the massages. */
export async function openOfferings(client: RawClient, staff: Caller, siteId: string): Promise<Offerings> {
  const practitioner = await peerOf(PractitionerServiceService, client).createPractitioner(
    {
      ...outputs,
      avatar: null,
      siteIds: [siteId],
      name: 'Therapist',
      tagIds: [],
      tags: [],
      zones: [],
      canOfferTags: [],
      appointmentRestrictions: [],
    },
    staff,
  );
  const rules = days.map((weekday) => ({ weekday, timeFrom: '09:00', timeTo: '17:00', weekNum: 1 }));
  await peerOf(PractitionerRotaServiceService, client).createPractitionerRota(
    {
      ...outputs,
      practitionerId: practitioner.id,
      siteIds: [],
      startDate: null,
      endDate: null,
      schedulingWeekInterval: 1,
      availabilityRules: rules,
    },
    staff,
  );
  const room = await peerOf(RoomServiceService, client).createRoom(
    { ...outputs, siteId, name: 'Room', capacity: 1, suitableForTags: [], tagIds: [] },
    staff,
  );
  const offer = async (name: string): Promise<string> => {
    const types = peerOf(AppointmentTypeServiceService, client);
    const resources = { practitionerIds: [practitioner.id], roomIds: [room.id], siteIds: [siteId] };
    const { id } = await types.createAppointmentType({ ...blankType, ...resources, name }, staff);
    const rule = { id: '', appointmentTypeId: '', weekdays: [], price: 8_000 };
    await types.createAppointmentTypePriceRule({ parentId: id, rule }, staff);
    return id;
  };
  return {
    massageId: await offer('Massage'),
    otherMassageId: await offer('Deep massage'),
    practitionerId: practitioner.id,
  };
}

/** An hour of a working day some weeks ahead, as the site's clocks show it: `day` 0 to 60 picks the day, 9 to 16 the hour. */
export function hourOf(day: number, hour: number): string {
  const date = new Date(Date.now() + (14 + day) * 86_400_000).toISOString().slice(0, 10);
  const isSummer = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeZoneName: 'shortOffset' })
    .format(new Date(`${date}T12:00:00Z`))
    .includes('+1');
  return `${date}T${String(hour).padStart(2, '0')}:00:00${isSummer ? '+01:00' : '+00:00'}`;
}

const blankType: AppointmentType = {
  ...outputs,
  name: '',
  siteIds: [],
  practitionerIds: [],
  roomIds: [],
  equipmentIds: [],
  durations: [60],
  startTimeInterval: 30,
  endBuffer: 0,
  image: null,
  practitionersPerGuest: 1,
  allocateMultiCapacityRooms: false,
  availabilityRules: [],
  priceRules: [],
  enquiriesEnabled: false,
  tagIds: [],
  tags: [],
  contraindications: [],
  private: false,
  membersOnly: false,
  permittedMembershipTypeIds: [],
  membershipBookingWindowsEnabled: false,
  membershipBookingWindows: [],
  customerCancellationPermitted: 'CANCELLATION_POLICY_UNSPECIFIED',
  categoryIds: [],
  categories: [],
  meta: null,
  upsellOfferings: [],
  crossSellOfferings: [],
  relatedRetailOfferings: [],
};
