import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { GuestSharing } from '../solver/model.ts';
import type { NamedResource } from '@lido/proto/lido/availability/v1/booking_summary.ts';

/** `waiting` is a basket's item that will join the waiting list of its session, `waitlisted` one that has. */
export type BookingStatus = 'held' | 'confirmed' | 'waiting' | 'waitlisted' | 'released';

/** What a booking is made of, beyond its times. */
export interface BookedResources {
  offeringName: string;
  practitioners: NamedResource[];
  /** Several for a party in single rooms. */
  rooms: NamedResource[];
  equipment: NamedResource[];
  /** Absent in bookings from before there were areas. */
  areas?: NamedResource[];
}

/** What was asked for, and whether staff skipped the rules for it. */
export interface BookedRequest extends HoldItem {
  skipsRules?: boolean;
  /** With which items of its package it shares its guests' time. */
  sharing?: GuestSharing | undefined;
  /** Whom and where staff have put it, whatever was asked for. */
  assigned?: Assignment;
  /** What it costs for all its guests, where that has been agreed already. */
  agreedPriceMinor?: number;
}

/** Practitioners and rooms by id. An empty list leaves the choice open. */
export interface Assignment {
  practitionerIds: string[];
  roomIds: string[];
  /** Whether it goes to other rooms where these can not be had: it only happens to be in them. */
  mayChangeRooms?: boolean;
}

/** One item that holds, held or will hold time. */
export interface Booking {
  id: string;
  organisationId: string;
  siteId: string;
  orderId: string;
  itemId: string;
  customerId: string | null;
  offeringType: string;
  offeringId: string;
  sessionId: string | null;
  startsAtMs: number;
  endsAtMs: number;
  guests: number;
  status: BookingStatus;
  expiresAtMs: number | null;
  priceMinor: number;
  /** The item as it was asked for, to claim it again in the same way after its hold lapsed. */
  request: BookedRequest;
  resources: BookedResources;
  createdAtMs: number;
  updatedAtMs: number;
  /** How often it has changed; of one that is about to be saved the state it is made from, null for whatever there is. */
  revision: number | null;
}
