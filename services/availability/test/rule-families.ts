import { AreaBookingTypeServiceService } from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { build, offer } from '../../../test/support/offerings.ts';
import { offerClass } from './classes.ts';
import { pack } from './package-rows.ts';
import type { World } from './world.ts';

/** A field's name in a mask. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A rule of any kind; only its kind knows the rest of its fields. */
export interface Rule {
  id: string;
  weekdays: string[];
}

type Parent = { parentId: string };
type Named = Parent & { id: string };
type Written = { rule: Rule | null };

/** The rpcs of one kind of rules, whatever their parent is. */
export interface RuleRpcs {
  list(request: Parent, caller: TestCaller): Promise<{ data: Rule[] }>;
  get(request: Named, caller: TestCaller): Promise<Rule>;
  create(request: Parent & Written, caller: TestCaller): Promise<Rule>;
  update(request: Named & Written & { updateMask: string[] | null }, caller: TestCaller): Promise<Rule>;
  remove(request: Named, caller: TestCaller): Promise<object>;
}

/** One kind of rules of one kind of parent. */
export interface RuleFamily {
  of: string;
  rpcs(world: World): RuleRpcs;
  /** Makes a parent. */
  parent(world: World): Promise<{ id: string }>;
  /** Of each field that this kind knows: a value, another one, and what stands there when it is cleared. */
  fields: Record<string, readonly [first: unknown, second: unknown, cleared: unknown]>;
}

const dates = {
  dateFrom: ['2030-01-01', '2030-02-01', null],
  dateTo: ['2030-11-30', '2030-12-31', null],
  weekdays: [['monday'], ['tuesday', 'sunday'], []],
} as const;
const times = { ...dates, timeFrom: ['09:00', '10:30', null], timeTo: ['17:00', '21:00', null] } as const;
const prices = { price: [1_000, 2_000, 0] } as const;
const openings = { ...times, weekday: ['friday', 'saturday', null], isAvailable: [false, true, true] } as const;

/** Every kind of rules, with the parents that have them. */
export const ruleFamilies: RuleFamily[] = [
  {
    of: 'price rules of appointment types',
    rpcs: ({ types }) => ({
      list: types.listAppointmentTypePriceRules,
      get: types.getAppointmentTypePriceRule,
      create: types.createAppointmentTypePriceRule,
      update: types.updateAppointmentTypePriceRule,
      remove: types.deleteAppointmentTypePriceRule,
    }),
    parent: (world) => offer(world, { practitionerIds: [], roomIds: [] }),
    fields: { ...times, ...prices, duration: [60, 90, null] },
  },
  {
    of: 'availability rules of appointment types',
    rpcs: ({ types }) => ({
      list: types.listAppointmentTypeAvailabilityRules,
      get: types.getAppointmentTypeAvailabilityRule,
      create: types.createAppointmentTypeAvailabilityRule,
      update: types.updateAppointmentTypeAvailabilityRule,
      remove: types.deleteAppointmentTypeAvailabilityRule,
    }),
    parent: (world) => offer(world, { practitionerIds: [], roomIds: [] }),
    fields: openings,
  },
  {
    of: 'price rules of session types',
    rpcs: ({ sessionTypes }) => ({
      list: sessionTypes.listSessionTypePriceRules,
      get: sessionTypes.getSessionTypePriceRule,
      create: sessionTypes.createSessionTypePriceRule,
      update: sessionTypes.updateSessionTypePriceRule,
      remove: sessionTypes.deleteSessionTypePriceRule,
    }),
    parent: (world) => offerClass(world),
    fields: { ...times, ...prices },
  },
  {
    of: 'price rules of area booking types',
    rpcs: ({ peer }, areaTypes = peer(AreaBookingTypeServiceService)) => ({
      list: areaTypes.listAreaBookingTypePriceRules,
      get: areaTypes.getAreaBookingTypePriceRule,
      create: areaTypes.createAreaBookingTypePriceRule,
      update: areaTypes.updateAreaBookingTypePriceRule,
      remove: areaTypes.deleteAreaBookingTypePriceRule,
    }),
    parent: (world) => offerAreas(world, []),
    fields: { ...times, ...prices, maxDuration: [120, 180, null] },
  },
  {
    of: 'availability rules of area booking types',
    rpcs: ({ peer }, areaTypes = peer(AreaBookingTypeServiceService)) => ({
      list: areaTypes.listAreaBookingTypeAvailabilityRules,
      get: areaTypes.getAreaBookingTypeAvailabilityRule,
      create: areaTypes.createAreaBookingTypeAvailabilityRule,
      update: areaTypes.updateAreaBookingTypeAvailabilityRule,
      remove: areaTypes.deleteAreaBookingTypeAvailabilityRule,
    }),
    parent: (world) => offerAreas(world, []),
    fields: { ...openings, minDuration: [30, 60, null], maxDuration: [120, 180, null] },
  },
  {
    of: 'price rules of packages',
    rpcs: ({ packages }) => ({
      list: packages.listPackagePriceRules,
      get: packages.getPackagePriceRule,
      create: packages.createPackagePriceRule,
      update: packages.updatePackagePriceRule,
      remove: packages.deletePackagePriceRule,
    }),
    parent: (world) => pack(world, []),
    fields: { ...dates, ...prices },
  },
  {
    of: 'availability rules of packages',
    rpcs: ({ packages }) => ({
      list: packages.listPackageAvailabilityRules,
      get: packages.getPackageAvailabilityRule,
      create: packages.createPackageAvailabilityRule,
      update: packages.updatePackageAvailabilityRule,
      remove: packages.deletePackageAvailabilityRule,
    }),
    parent: (world) => pack(world, []),
    fields: openings,
  },
  {
    of: 'availability rules of rooms',
    rpcs: ({ rooms }) => ({
      list: rooms.listRoomAvailabilityRules,
      get: rooms.getRoomAvailabilityRule,
      create: rooms.createRoomAvailabilityRule,
      update: rooms.updateRoomAvailabilityRule,
      remove: rooms.deleteRoomAvailabilityRule,
    }),
    parent: async (world) => ({ id: String((await build(world, 1))[0]) }),
    fields: openings,
  },
  {
    of: 'availability rules of bookable areas',
    rpcs: ({ peer }, areas = peer(BookableAreaServiceService)) => ({
      list: areas.listBookableAreaAvailabilityRules,
      get: areas.getBookableAreaAvailabilityRule,
      create: areas.createBookableAreaAvailabilityRule,
      update: areas.updateBookableAreaAvailabilityRule,
      remove: areas.deleteBookableAreaAvailabilityRule,
    }),
    parent: async (world) => ({ id: String((await dig(world, 1))[0]) }),
    fields: openings,
  },
];
