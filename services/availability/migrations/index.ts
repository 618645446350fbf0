import { Initial } from './0001-initial.ts';
import { Catalogue } from './0002-catalogue.ts';
import { PractitionerOrder } from './0003-practitioner-order.ts';
import { Areas } from './0004-areas.ts';
import { Packages } from './0005-packages.ts';
import { Sessions } from './0006-sessions.ts';
import { OrderCards } from './0007-order-cards.ts';
import { Places } from './0009-places.ts';
import { Zones } from './0012-zones.ts';
import { RestrictionsAndAbsences } from './0013-restrictions-and-absences.ts';
import { Waitlist } from './0016-waitlist.ts';
import { PackageItems } from './0015-package-items.ts';
import { AreaLimits } from './0014-area-limits.ts';
import { AreaZones } from './0014-area-zones.ts';
import { Appointments } from './0017-appointments.ts';
import { VersionStamps } from './0019-version-stamps.ts';
import { MediaFiles } from './0022-media.ts';
import { BlockedTimes } from './0023-blocked-times.ts';
import { BookingRevisions } from './0027-booking-revisions.ts';
import { ClaimsOfBookings } from './0029-claims-of-bookings.ts';
import { RoomsOfBookings } from './0030-rooms-of-bookings.ts';
import { SharedGuests } from './0031-shared-guests.ts';
import { RestrictionsInBodies } from './0032-restrictions-in-bodies.ts';
import { functions } from './functions.ts';

/** In the order they run; a name is written to the database and never changes. */
const tables = [
  { name: '0001-initial', class: Initial },
  { name: '0002-catalogue', class: Catalogue },
  { name: '0003-practitioner-order', class: PractitionerOrder },
  { name: '0004-areas', class: Areas },
  { name: '0005-packages', class: Packages },
  { name: '0006-sessions', class: Sessions },
  { name: '0007-order-cards', class: OrderCards },
  { name: '0009-places', class: Places },
  { name: '0012-zones', class: Zones },
  { name: '0013-restrictions-and-absences', class: RestrictionsAndAbsences },
  { name: '0016-waitlist', class: Waitlist },
  { name: '0015-package-items', class: PackageItems },
  { name: '0014-area-limits', class: AreaLimits },
  { name: '0014-area-zones', class: AreaZones },
  { name: '0017-appointments', class: Appointments },
  { name: '0019-version-stamps', class: VersionStamps },
  { name: '0022-media', class: MediaFiles },
  { name: '0023-blocked-times', class: BlockedTimes },
  { name: '0027-booking-revisions', class: BookingRevisions },
  { name: '0029-claims-of-bookings', class: ClaimsOfBookings },
  { name: '0030-rooms-of-bookings', class: RoomsOfBookings },
  { name: '0031-shared-guests', class: SharedGuests },
  { name: '0032-restrictions-in-bodies', class: RestrictionsInBodies },
];

/** The tables first, then the functions that work on them. */
export const migrations = [...tables, functions];
