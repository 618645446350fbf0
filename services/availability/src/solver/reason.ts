/** Why a start cannot be booked, in the order a person would ask; the first that applies is given. */
export const noAvailabilityReasons = [
  'time_passed',
  'not_yet_bookable',
  'no_longer_bookable',
  'members_only',
  'site_closed',
  'offering_unavailable',
  'no_practitioners_available',
  'no_rooms_available',
  'no_equipment_available',
  'no_areas_available',
  'guest_unavailable',
  'no_price',
] as const;

export type NoAvailabilityReason = (typeof noAvailabilityReasons)[number];

/** Why a time can not be had when a resource of a kind is taken then. */
export const takenReason = {
  practitioner: 'no_practitioners_available',
  room: 'no_rooms_available',
  equipment: 'no_equipment_available',
  guest: 'guest_unavailable',
} as const satisfies Record<string, NoAvailabilityReason>;

const messages: Record<NoAvailabilityReason, string> = {
  time_passed: 'This time has already passed.',
  not_yet_bookable: 'This time cannot be booked yet. Please try again closer to the date.',
  no_longer_bookable: 'This time is too soon to be booked. Please choose a later one.',
  members_only: 'This can only be booked with a suitable membership.',
  site_closed: 'We are closed at this time.',
  offering_unavailable: 'This is not offered at this time.',
  no_practitioners_available: 'None of our practitioners is free at this time.',
  no_rooms_available: 'No suitable room is free at this time.',
  no_equipment_available: 'The equipment this needs is in use at this time.',
  no_areas_available: 'There is not enough space left at this time.',
  guest_unavailable: 'A guest already has another booking at this time.',
  no_price: 'This cannot be booked online at this time. Please contact us.',
};

const requestedMessages: Partial<Record<NoAvailabilityReason, string>> = {
  no_practitioners_available: 'The practitioner you asked for is not free at this time.',
  no_rooms_available: 'The room you asked for is not free at this time.',
};

/** The sentence a customer reads; `wasRequested` when a particular practitioner or room was asked for. */
export function reasonMessage(reason: NoAvailabilityReason, wasRequested = false): string {
  return (wasRequested ? requestedMessages[reason] : undefined) ?? messages[reason];
}
