import type { AppointmentType } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { randomBytes } from 'node:crypto';
import type { World } from './world.ts';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const outputs = { id: '', organisationId: '', createdAt: '', updatedAt: '' };

/** Practitioners who work every day from 9 to 17. */
export async function hire(world: World, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { id } = await world.practitioners.createPractitioner(
      {
        ...outputs,
        avatar: null,
        siteIds: [world.siteId],
        name: `Therapist ${index}`,
        tagIds: [],
        tags: [],
        zones: [],
        canOfferTags: [],
        appointmentRestrictions: [],
      },
      world.staff,
    );
    const rules = days.map((weekday) => ({ weekday, timeFrom: '09:00', timeTo: '17:00', weekNum: 1 }));
    await world.rotas.createPractitionerRota(
      {
        ...outputs,
        practitionerId: id,
        siteIds: [],
        startDate: null,
        endDate: null,
        schedulingWeekInterval: 1,
        availabilityRules: rules,
      },
      world.staff,
    );
    ids.push(id);
  }
  return ids;
}

/** Rooms for one guest each. */
export async function build(world: World, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const room = await world.rooms.createRoom(
      { ...outputs, siteId: world.siteId, name: `Room ${index}`, capacity: 1, suitableForTags: [], tagIds: [] },
      world.staff,
    );
    ids.push(room.id);
  }
  return ids;
}

/** An hour's massage by these people in these rooms, for 80.00. */
export async function offer(
  world: World,
  resources: { practitionerIds: string[]; roomIds: string[] },
  extra: Partial<AppointmentType> = {},
): Promise<AppointmentType> {
  const type = await world.types.createAppointmentType(
    { ...blankType, ...resources, siteIds: [world.siteId], ...extra },
    world.staff,
  );
  await world.types.createAppointmentTypePriceRule(
    { parentId: type.id, rule: { id: '', appointmentTypeId: '', weekdays: [], price: 8_000 } },
    world.staff,
  );
  return type;
}

/** An item of an order at an instant. */
export function itemAt(offeringId: string, startTime: string, extra: Partial<HoldItem> = {}): HoldItem {
  return {
    itemId: randomBytes(12).toString('hex'),
    offeringType: 'appointment',
    offeringId,
    startTime,
    durationMinutes: 60,
    guests: 1,
    guestIds: [],
    practitionerIds: [],
    roomId: null,
    sessionId: null,
    ...extra,
  };
}

/** An order's id as orders mints it. */
export function orderId(): string {
  return randomBytes(12).toString('hex');
}

const blankType: AppointmentType = {
  ...outputs,
  name: 'Massage',
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
