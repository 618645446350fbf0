/** The demo site: what is where, who works when, and what it costs. Amounts are pence. */

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export const site = {
  name: 'Palm Tree Spa',
  timezone: 'Europe/London',
  currency: 'GBP',
  locale: 'en-GB',
  opening_hours: weekdays.map((weekday) => ({
    weekday,
    time_from: '08:00',
    time_to: weekday === 'sunday' ? '18:00' : '21:00',
  })),
  opening_exceptions: [{ date: '2026-12-25', closed: true }],
};

export const rooms = [
  { key: 'lotus', name: 'Lotus', capacity: 1 },
  { key: 'jasmine', name: 'Jasmine', capacity: 1 },
  { key: 'bamboo', name: 'Bamboo', capacity: 1 },
  { key: 'willow', name: 'Willow', capacity: 1 },
  { key: 'cedar', name: 'Cedar (couples)', capacity: 2 },
  { key: 'hammam', name: 'Hammam', capacity: 4 },
  { key: 'studio', name: 'Studio', capacity: 14 },
  { key: 'clinic', name: 'Clinic', capacity: 1 },
] as const;

type RoomKey = (typeof rooms)[number]['key'];

interface Practitioner {
  name: string;
  skills: readonly Skill[];
  days: readonly (typeof weekdays)[number][];
  hours: readonly [from: string, to: string];
}

type Skill = 'massage' | 'beauty' | 'hammam' | 'yoga' | 'physio';

const early = ['08:00', '16:00'] as const;
const late = ['13:00', '21:00'] as const;
const [mon, tue, wed, thu, fri, sat, sun] = weekdays;

export const practitioners: readonly Practitioner[] = [
  { name: 'Amara Bell', skills: ['massage', 'beauty'], days: [mon, tue, wed, thu, fri], hours: early },
  { name: 'Ben Osei', skills: ['massage'], days: [mon, tue, wed, thu, fri], hours: late },
  { name: 'Chiara Rossi', skills: ['massage', 'hammam'], days: [wed, thu, fri, sat, sun], hours: early },
  { name: 'Dana Novak', skills: ['beauty'], days: [tue, wed, thu, fri, sat], hours: early },
  { name: 'Elif Demir', skills: ['hammam', 'massage'], days: [mon, wed, fri, sat], hours: late },
  { name: 'Fergus Hall', skills: ['physio'], days: [mon, tue, thu], hours: early },
  { name: 'Gita Shah', skills: ['yoga', 'massage'], days: [mon, tue, wed, thu, fri, sat, sun], hours: early },
  { name: 'Hana Mori', skills: ['massage'], days: [thu, fri, sat, sun], hours: late },
  { name: 'Ines Duarte', skills: ['beauty', 'massage'], days: [mon, tue, fri, sat], hours: late },
  { name: 'Jonas Falk', skills: ['massage', 'physio'], days: [mon, tue, wed, thu], hours: late },
  { name: 'Keiko Tan', skills: ['massage', 'beauty'], days: [wed, thu, fri, sat, sun], hours: early },
  { name: 'Liam Moss', skills: ['massage', 'hammam'], days: [sat, sun, mon], hours: early },
];

interface Treatment {
  name: string;
  description: string;
  skill: Skill | null;
  rooms: readonly RoomKey[];
  durations: readonly number[];
  end_buffer: number;
  prices: readonly { duration?: number; weekdays?: readonly string[]; time_to?: string; price: number }[];
  /** When it is offered; whenever the site is open where there is none. */
  availability?: readonly {
    weekdays?: readonly string[];
    time_from?: string;
    time_to?: string;
    is_available: boolean;
  }[];
  guests?: readonly [min: number, max: number];
  extra?: Record<string, unknown>;
}

const single = ['lotus', 'jasmine', 'bamboo', 'willow'] as const;
const weekend = [sat, sun];

export const treatments: readonly Treatment[] = [
  {
    name: 'Swedish massage',
    description: 'Long, calm strokes from head to toe.',
    skill: 'massage',
    rooms: single,
    durations: [60, 90],
    end_buffer: 15,
    prices: [
      { duration: 60, price: 7_500 },
      { duration: 90, price: 10_500 },
      { duration: 60, weekdays: weekend, price: 8_500 },
    ],
  },
  {
    name: 'Deep tissue massage',
    description: 'Firm work on tired muscles.',
    skill: 'massage',
    rooms: single,
    durations: [60],
    end_buffer: 15,
    prices: [{ price: 8_500 }, { time_to: '12:00', price: 7_000 }],
  },
  {
    name: 'Hot stone massage',
    description: 'Warm basalt and slow hands.',
    skill: 'massage',
    rooms: ['lotus', 'jasmine'],
    durations: [75],
    end_buffer: 15,
    prices: [{ price: 9_500 }],
  },
  {
    name: 'Couples massage',
    description: 'Side by side in Cedar.',
    skill: 'massage',
    rooms: ['cedar'],
    durations: [60],
    end_buffer: 15,
    prices: [{ price: 8_000 }],
    guests: [2, 2],
  },
  {
    name: 'Signature facial',
    description: 'Cleanse, steam, mask and massage.',
    skill: 'beauty',
    rooms: ['willow', 'clinic'],
    durations: [45],
    end_buffer: 10,
    prices: [{ price: 6_500 }],
  },
  {
    name: 'Manicure',
    description: 'Hands and nails.',
    skill: 'beauty',
    rooms: ['willow', 'clinic'],
    durations: [30],
    end_buffer: 5,
    prices: [{ price: 3_000 }],
  },
  {
    name: 'Hammam ritual',
    description: 'Steam, scrub and foam, for up to four.',
    skill: 'hammam',
    rooms: ['hammam'],
    durations: [60],
    end_buffer: 30,
    prices: [{ price: 7_000 }],
    availability: [
      { weekdays: [mon, wed, thu, fri, sat, sun], time_from: '10:00', time_to: '20:00', is_available: true },
      { time_from: '13:00', time_to: '14:00', is_available: false },
    ],
    guests: [1, 4],
    extra: { practitioners_per_guest: 0.5 },
  },
  {
    name: 'Physiotherapy',
    description: 'Assessment and treatment.',
    skill: 'physio',
    rooms: ['clinic'],
    durations: [30, 45],
    end_buffer: 15,
    prices: [
      { duration: 30, price: 5_000 },
      { duration: 45, price: 7_000 },
    ],
    extra: { min_advance_bookings_interval: 'PT24H' },
  },
  {
    name: 'Members stretch',
    description: 'A half hour with a therapist, for members.',
    skill: 'massage',
    rooms: single,
    durations: [30],
    end_buffer: 10,
    prices: [{ price: 2_500 }],
    extra: { members_only: true },
  },
  {
    name: 'Private steam',
    description: 'The hammam to yourself.',
    skill: null,
    rooms: ['hammam'],
    durations: [30, 60],
    end_buffer: 30,
    prices: [
      { duration: 30, price: 4_000 },
      { duration: 60, price: 6_500 },
    ],
    guests: [1, 4],
  },
];

export const yoga = {
  name: 'Sunrise yoga',
  description: 'An easy hour to begin the day.',
  duration: 60,
  price: 1_200,
  time: '09:00',
  capacity: 12,
};

export const customers = [
  { key: 'member', first_name: 'Maya', last_name: 'Lind', email: 'maya@example.com', wearable: '04A1B2C3D4E5F6' },
  { key: 'second', first_name: 'Noah', last_name: 'Park', email: 'noah@example.com', wearable: '04B2C3D4E5F6A1' },
  { key: 'guest', first_name: 'Olga', last_name: 'Reyes', email: 'olga@example.com', wearable: '04C3D4E5F6A1B2' },
] as const;

export const membership = {
  name: 'Palm Club',
  price: 4_900,
  billing_frequency: 'P1M',
  members: ['member', 'second'],
} as const;

export const readers = [
  { key: 'entrance', name: 'Entrance turnstile', serial_number: 'GT7-0001', direction: 'toggle' },
  { key: 'pool', name: 'Pool door', serial_number: 'GT7-0002', direction: 'inner' },
] as const;
