import {
  type AppointmentType,
  AppointmentTypeServiceService,
} from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { PractitionerRotaServiceService } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { TestCaller } from './callers.ts';
import { days } from './first-site.ts';

/** A site as its staff fit it out. */
export interface Shop {
  readonly staff: TestCaller;
  readonly siteId: string;
  readonly practitioners: Peer<typeof PractitionerServiceService>;
  readonly rotas: Peer<typeof PractitionerRotaServiceService>;
  readonly rooms: Peer<typeof RoomServiceService>;
  readonly types: Peer<typeof AppointmentTypeServiceService>;
}

/** The shop of a site, by the connection to availability. */
export function shopOf(availability: RawClient, staff: TestCaller, siteId: string): Shop {
  return {
    staff,
    siteId,
    practitioners: peerOf(PractitionerServiceService, availability),
    rotas: peerOf(PractitionerRotaServiceService, availability),
    rooms: peerOf(RoomServiceService, availability),
    types: peerOf(AppointmentTypeServiceService, availability),
  };
}

/** Practitioners who work every day from 9 to 17. */
export async function hire({ practitioners, rotas, staff, siteId }: Shop, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const person = { ...blankPractitioner, siteIds: [siteId], name: `Therapist ${index}` };
    const { id } = await practitioners.createPractitioner(person, staff);
    await rotas.createPractitionerRota({ ...blankRota, practitionerId: id }, staff);
    ids.push(id);
  }
  return ids;
}

/** Rooms for one guest each. */
export async function build({ rooms, staff, siteId }: Shop, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const room = {
      ...outputs,
      siteId,
      name: `Room ${index}`,
      capacity: 1,
      suitableForTags: [],
      tagIds: [],
      tags: [],
      zoneIds: [],
      zones: [],
    };
    ids.push((await rooms.createRoom(room, staff)).id);
  }
  return ids;
}

/** An hour's massage by these people in these rooms, for 80.00. */
export async function offer(
  { types, staff, siteId }: Shop,
  resources: { practitionerIds: string[]; roomIds: string[] },
  extra: Partial<AppointmentType> = {},
): Promise<AppointmentType> {
  const type = await types.createAppointmentType({ ...blankType, ...resources, siteIds: [siteId], ...extra }, staff);
  const rule = { id: '', appointmentTypeId: '', weekdays: [], price: 8_000 };
  await types.createAppointmentTypePriceRule({ parentId: type.id, rule }, staff);
  return type;
}

const outputs = { id: '', organisationId: '', createdAt: '', updatedAt: '' };

/** A practitioner of no site yet. */
export const blankPractitioner = {
  ...outputs,
  avatar: null,
  tagIds: [],
  tags: [],
  zones: [],
  canOfferTags: [],
  zoneIds: [],
  appointmentRestrictions: [],
};

/** Every day from 9 to 17, of nobody yet. */
export const blankRota = {
  ...outputs,
  siteIds: [],
  startDate: null,
  endDate: null,
  schedulingWeekInterval: 1,
  availabilityRules: days.map((weekday) => ({ weekday, timeFrom: '09:00', timeTo: '17:00', weekNum: 1 })),
};

/** What all kinds of offering have. */
export const blankOffering = {
  ...outputs,
  image: null,
  private: false,
  membersOnly: false,
  permittedMembershipTypeIds: [],
  membershipBookingWindowsEnabled: false,
  membershipBookingWindows: [],
  categoryIds: [],
  categories: [],
  meta: null,
  upsellOfferings: [],
  crossSellOfferings: [],
  relatedRetailOfferings: [],
  priceRules: [],
  customerCancellationPermitted: 'CANCELLATION_POLICY_UNSPECIFIED' as const,
};

/** An hour of a treatment that needs nobody and no room, of no site yet. */
export const blankType: AppointmentType = {
  ...blankOffering,
  name: 'Massage',
  siteIds: [],
  practitionerIds: [],
  roomIds: [],
  equipmentIds: [],
  durations: [60],
  startTimeInterval: 30,
  endBuffer: 0,
  practitionersPerGuest: 1,
  allocateMultiCapacityRooms: false,
  availabilityRules: [],
  enquiriesEnabled: false,
  tagIds: [],
  tags: [],
  contraindications: [],
};

/** A session type of no site yet. */
export const blankSessionType = { ...blankOffering, name: 'Class', waitlistEnabled: false, recurrenceGroups: [] };

/** A session of no type yet, with all that the service fills in. */
export const blankSession = {
  ...outputs,
  sessionTypeName: '',
  practitioner: null,
  room: null,
  remainingCapacity: 0,
  waitlistEnabled: null,
  numWaitlisted: 0,
  numCheckedIn: 0,
  numNoShow: 0,
  siteId: '',
  isValid: false,
  bookings: [],
};
