import { p } from '@mikro-orm/core';
import type {
  CancellationPolicy,
  MembershipBookingWindow,
  OfferingIdentifier,
  OfferingMeta,
} from '@lido/proto/lido/availability/v1/offering.ts';

/** The columns that every kind of offering has. */
export const offeringProperties = {
  name: p.string(),
  description: p.string().nullable(),
  productCode: p.string().nullable(),
  imageId: p.string().nullable(),
  offeredOnline: p.boolean(),
  private: p.boolean(),
  membersOnly: p.boolean(),
  permittedMembershipTypeIds: p.array(),
  membershipBookingWindowsEnabled: p.boolean(),
  membershipBookingWindows: p.json<MembershipBookingWindow[]>(),
  maxAdvanceBookingsInterval: p.string().nullable(),
  minAdvanceBookingsInterval: p.string().nullable(),
  customerCancellationPermitted: p.string().$type<CancellationPolicy>(),
  customerCancellationMinDuration: p.string().nullable(),
  categoryIds: p.array(),
  meta: p.json<OfferingMeta>().nullable(),
  upsellOfferings: p.json<OfferingIdentifier[]>(),
  crossSellOfferings: p.json<OfferingIdentifier[]>(),
  relatedRetailOfferings: p.json<OfferingIdentifier[]>(),
  revenueCentre: p.string().nullable(),
  minGuests: p.integer(),
  maxGuests: p.integer(),
} as const;

/** The message keys behind those columns that a client may set, of any kind of offering. */
export const sharedWritable = [
  'name',
  'description',
  'productCode',
  'imageId',
  'offeredOnline',
  'private',
  'membersOnly',
  'permittedMembershipTypeIds',
  'membershipBookingWindowsEnabled',
  'membershipBookingWindows',
  'maxAdvanceBookingsInterval',
  'minAdvanceBookingsInterval',
  'customerCancellationPermitted',
  'customerCancellationMinDuration',
  'categoryIds',
  'meta',
  'upsellOfferings',
  'crossSellOfferings',
  'relatedRetailOfferings',
  'minGuests',
  'maxGuests',
] as const;

/** The same of the kinds whose revenue goes to one centre. */
export const offeringWritable = [...sharedWritable, 'revenueCentre'] as const;

/** What a new offering has where its body says nothing. */
export const offeringDefaults = {
  offeredOnline: true,
  private: false,
  membersOnly: false,
  permittedMembershipTypeIds: [] as string[],
  membershipBookingWindowsEnabled: false,
  membershipBookingWindows: [] as MembershipBookingWindow[],
  customerCancellationPermitted: 'CANCELLATION_POLICY_UNSPECIFIED' as CancellationPolicy,
  categoryIds: [] as string[],
  upsellOfferings: [] as OfferingIdentifier[],
  crossSellOfferings: [] as OfferingIdentifier[],
  relatedRetailOfferings: [] as OfferingIdentifier[],
  minGuests: 1,
  maxGuests: 1,
};

/** Those columns in SQL. */
export const offeringColumns = `
  name varchar(200) not null,
  description text,
  product_code varchar(200),
  image_id varchar(64),
  offered_online boolean not null,
  private boolean not null,
  members_only boolean not null,
  permitted_membership_type_ids text[] not null,
  membership_booking_windows_enabled boolean not null,
  membership_booking_windows jsonb not null,
  max_advance_bookings_interval varchar(64),
  min_advance_bookings_interval varchar(64),
  customer_cancellation_permitted varchar(64) not null,
  customer_cancellation_min_duration varchar(64),
  category_ids text[] not null,
  meta jsonb,
  upsell_offerings jsonb not null,
  cross_sell_offerings jsonb not null,
  related_retail_offerings jsonb not null,
  revenue_centre varchar(200),
  min_guests int not null check (min_guests > 0),
  max_guests int not null,
  check (max_guests >= min_guests)`;
