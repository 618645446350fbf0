import { AreaBookingTypeServiceService } from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { blankAreaType } from '../../../test/support/areas.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { blankSessionType, blankType } from '../../../test/support/offerings.ts';
import { blankPackage } from './package-rows.ts';
import type { World } from './world.ts';

/** An offering of any kind; only its kind knows the rest of its fields. */
export interface Offered {
  id: string;
  name: string;
  priceRules: { id: string; price: number }[];
  deletedAt?: string | null | undefined;
}

type Named = { id: string };
type Written = Named & { updateMask: string[] | null };
type Listed = { siteId: string[]; categoryId: string[]; sessionTypeId: string[]; archived?: boolean };

/** The rpcs of one kind of offerings. The body of a change stands under the kind's key. */
export interface TypeRpcs {
  list(request: Listed, caller: TestCaller): Promise<{ data: Offered[] }>;
  get(request: Named, caller: TestCaller): Promise<Offered>;
  create(body: Offered, caller: TestCaller): Promise<Offered>;
  update(request: Written, caller: TestCaller): Promise<Offered>;
  remove(request: Named, caller: TestCaller): Promise<object>;
  restore(request: Named, caller: TestCaller): Promise<Offered>;
  copy(request: Written, caller: TestCaller): Promise<Offered>;
}

/** One kind of offerings. */
export interface TypeFamily {
  of: string;
  key: 'appointmentType' | 'sessionType' | 'areaBookingType' | 'package';
  rpcs(world: World): TypeRpcs;
  /** A body at a site that names the kind's required fields only. */
  blank(siteId: string): Offered;
  /** Of fields that this kind has: a value, another one, and what stands there when it is cleared, if it can be. */
  fields: Record<string, readonly [first: unknown, second: unknown, cleared?: unknown]>;
  /** Bodies that break a rule of the kind, by the field that is named then. */
  wrong: Record<string, object>;
}

const common: TypeFamily['fields'] = {
  name: ['Salt', 'Moss'],
  description: ['Warm', 'Cold', null],
  productCode: ['S-1', 'S-2', null],
  minGuests: [2, 3, 1],
  maxGuests: [4, 6],
  offeredOnline: [false, true, true],
  private: [true, false],
  maxAdvanceBookingsInterval: ['P30D', 'P60D', null],
  meta: [{ title: 'Salt', description: 'Bath' }, { title: 'Moss', description: null }, null],
};
const wrong = { max_guests: { minGuests: 9, maxGuests: 8 }, category_ids: { categoryIds: ['none'] } };

/** Every kind of offerings. */
export const typeFamilies: TypeFamily[] = [
  {
    of: 'appointment types',
    key: 'appointmentType',
    rpcs: ({ types }) => ({
      list: types.listAppointmentTypes,
      get: types.getAppointmentType,
      create: types.createAppointmentType,
      update: types.updateAppointmentType,
      remove: types.deleteAppointmentType,
      restore: types.restoreAppointmentType,
      copy: types.copyAppointmentType,
    }),
    blank: (siteId) => ({ ...blankType, siteIds: [siteId] }),
    fields: { ...common, revenueCentre: ['Spa', 'Bar', null], endBuffer: [10, 20, 0], startTimeInterval: [30, 60, 15] },
    wrong: {
      ...wrong,
      site_ids: { siteIds: [] },
      end_buffer: { endBuffer: 7 },
      'durations.1': { durations: [60, 62] },
    },
  },
  {
    of: 'session types',
    key: 'sessionType',
    rpcs: ({ sessionTypes }) => ({
      list: sessionTypes.listSessionTypes,
      get: sessionTypes.getSessionType,
      create: sessionTypes.createSessionType,
      update: sessionTypes.updateSessionType,
      remove: sessionTypes.deleteSessionType,
      restore: sessionTypes.restoreSessionType,
      copy: sessionTypes.copySessionType,
    }),
    blank: (siteId) => ({ ...blankSessionType, siteId }),
    fields: {
      ...common,
      revenueCentre: ['Spa', 'Bar', null],
      duration: [45, 90, 60],
      waitlistEnabled: [true, false],
      maxBasketsPerSession: [5, 6, null],
      maxBookingsPerMember: [2, 3, null],
    },
    wrong: { ...wrong, duration: { duration: 62 } },
  },
  {
    of: 'area booking types',
    key: 'areaBookingType',
    rpcs: ({ peer }, areaTypes = peer(AreaBookingTypeServiceService)) => ({
      list: areaTypes.listAreaBookingTypes,
      get: areaTypes.getAreaBookingType,
      create: areaTypes.createAreaBookingType,
      update: areaTypes.updateAreaBookingType,
      remove: areaTypes.deleteAreaBookingType,
      restore: areaTypes.restoreAreaBookingType,
      copy: areaTypes.copyAreaBookingType,
    }),
    blank: (siteId) => ({ ...blankAreaType, siteId }),
    fields: { ...common, revenueCentre: ['Spa', 'Bar', null], endBuffer: [10, 20, 0], maxBaskets: [2, 3, null] },
    wrong: { ...wrong, max_duration: { maxDuration: 30 }, area_ids: { areaIds: ['none'] } },
  },
  {
    of: 'packages',
    key: 'package',
    rpcs: ({ packages }) => ({
      list: packages.listPackages,
      get: packages.getPackage,
      create: packages.createPackage,
      update: packages.updatePackage,
      remove: packages.deletePackage,
      restore: packages.restorePackage,
      copy: packages.copyPackage,
    }),
    blank: (siteId) => ({ ...blankPackage, siteId }),
    fields: { ...common, maxDailyDuration: [120, 240, null], preventChoiceOverlaps: [false, true, true] },
    wrong,
  },
];
