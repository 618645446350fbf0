/** One unit of one resource wanted for a time, the buffer included. Guests are resources too. */
export interface WantedClaim {
  resourceId: string;
  unit: number;
  startsAtMs: number;
  endsAtMs: number;
  kind: ClaimKind;
  /** The line of a package whose items share a guest's time. */
  sharedBy?: string | null;
}

export type ClaimKind = 'practitioner' | 'room' | 'equipment' | 'guest';

/** A claim as replicas need it to keep their bitsets true. */
export interface TakenClaim extends WantedClaim {
  bookingId: string;
  itemId: string;
  orderId: string;
  expiresAtMs: number | null;
  appointmentTypeId: string | null;
  durationMinutes: number | null;
}

/** Guests wanted in an area for a time, the buffer included; a block wants it for itself. */
export interface WantedArea {
  areaId: string;
  startsAtMs: number;
  endsAtMs: number;
  kind: 'booking' | 'block';
  guests: number;
}

/** The same with what the area and the offering allow at any one instant; null is any number of baskets. */
export interface BoundedArea extends WantedArea {
  capacity: number;
  basketsMax: number | null;
}

/** Guests in an area as replicas need them. */
export interface TakenArea extends WantedArea {
  basketsMax: number | null;
  bookingId: string;
  itemId: string;
  orderId: string;
  expiresAtMs: number | null;
}

/** Seats wanted in a session. */
export interface WantedSeats {
  sessionId: string;
  guests: number;
}

/** In whose name claims are taken. */
export interface ClaimOwner {
  organisationId: string;
  siteId: string;
  bookingId: string;
  itemId: string;
  /** The instant the hold ends; null for what is confirmed at once. */
  expiresAtMs: number | null;
}

/** Names a claim the same way in the database's rows and in a version's changes. */
export function claimKey(bookingId: string, resourceId: string, unit: number): string {
  return `${bookingId} ${resourceId} ${unit}`;
}
