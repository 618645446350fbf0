import { describe, expect, test } from 'vitest';
import { type Combination, combinationsAt } from './combinations.ts';
import { compileSite } from './compile-site.ts';
import type { AppointmentType, SiteModel, SlotQuery } from './model.ts';
import {
  sampleClaim,
  sampleDate,
  sampleMs,
  samplePractitioner,
  sampleQuery,
  sampleRoom,
  sampleSite,
} from './sample-site.ts';

const numbered = <T>(count: number, create: (id: string) => T) =>
  Array.from({ length: count }, (_, index) => create(`${index}`));

function combinations(
  site: SiteModel,
  query: Partial<SlotQuery> = {},
  options: { max?: number; rotateBy?: number } = {},
): Combination[] {
  return combinationsAt(compileSite(site, sampleDate, 1), sampleQuery(query), sampleMs(10), { max: 8, ...options });
}

const practitionersOf = (found: readonly Combination[]) => found.map(({ practitionerIds }) => practitionerIds.join());
const roomsOf = (found: readonly Combination[]) =>
  found.map(({ roomAssignments }) => roomAssignments.map(({ roomId, units }) => `${roomId}:${units.join()}`).join(' '));

function staffed(count: number, changes: Partial<SiteModel> = {}, type: Partial<AppointmentType> = {}): SiteModel {
  return sampleSite(
    {
      practitioners: numbered(count, (id) => samplePractitioner(`p${id}`)),
      rooms: numbered(count, (id) => sampleRoom(`r${id}`)),
      ...changes,
    },
    type,
  );
}

describe('simultaneous clients', () => {
  test('sixteen who would take anyone begin with sixteen practitioners and sixteen rooms', () => {
    const first = numbered(16, Number).map((rotateBy) => combinations(staffed(16), {}, { max: 1, rotateBy })[0]);
    expect(new Set(first.map((combination) => combination?.practitionerIds[0])).size).toBe(16);
    expect(new Set(first.map((combination) => combination?.roomAssignments[0]?.roomId)).size).toBe(16);
  });

  test('each next combination differs from the one before in practitioner and room', () => {
    const found = combinations(staffed(8), {}, { rotateBy: 3 });
    expect(new Set(practitionersOf(found)).size).toBe(8);
    expect(new Set(roomsOf(found)).size).toBe(8);
  });

  test('every pair is offered before the list ends early', () => {
    expect(combinations(staffed(2))).toHaveLength(4);
  });
});

describe('practitioners', () => {
  test('the one with the least claimed time of the day comes first', () => {
    const busy = [sampleClaim('c', 'p0', { fromMs: sampleMs(14), toMs: sampleMs(16) })];
    expect(practitionersOf(combinations(staffed(2, { claims: busy }), {}, { max: 1 }))).toEqual(['p1']);
  });

  test('requested ones are in every combination, others complete the team', () => {
    const found = combinations(staffed(4, { rooms: [sampleRoom('big', { capacity: 2 })] }), {
      guests: 2,
      practitionerIds: ['p2'],
    });
    expect(practitionersOf(found)).toEqual(['p2,p0', 'p2,p1', 'p2,p3']);
  });

  test('a start at which a requested one is taken has no combination', () => {
    const site = staffed(2, { claims: [sampleClaim('c', 'p1')] });
    expect(combinations(site, { practitionerIds: ['p1'] })).toEqual([]);
  });
});

describe('rooms', () => {
  const rooms = [
    sampleRoom('double', { capacity: 2 }),
    sampleRoom('single'),
    sampleRoom('suite', { capacity: 3 }),
    sampleRoom('cabin'),
  ];

  test('held exclusively, the smallest that fits comes first with all of its units, whatever the rotation', () => {
    const site = staffed(3, { rooms });
    expect(roomsOf(combinations(site, { guests: 2 }, { max: 1, rotateBy: 5 }))).toEqual(['double:0,1']);
    expect(roomsOf(combinations(site, {}, { max: 1, rotateBy: 1 }))).toEqual(['cabin:0']);
  });

  test('a room with one unit taken cannot be held exclusively', () => {
    const site = staffed(3, { rooms: rooms.slice(0, 1), claims: [sampleClaim('c', 'double', { unit: 1 })] });
    expect(combinations(site)).toEqual([]);
  });

  test('shared, a room of several places comes before single ones and gives single units', () => {
    const shared = { allocateMultiCapacityRooms: true };
    const site = staffed(4, { rooms, claims: [sampleClaim('c', 'double', { unit: 0 })] }, shared);
    expect(roomsOf(combinations(site, {}, { max: 1 }))).toEqual(['double:1']);
    expect(roomsOf(combinations(site, { guests: 3 }, { max: 1 }))).toEqual(['suite:0,1,2']);
    expect(roomsOf(combinations(site, { guests: 4 }, { max: 1 }))).toEqual(['suite:0,1,2 double:1']);
  });

  test('shared, single rooms take one guest each', () => {
    const singles = [sampleRoom('a'), sampleRoom('b')];
    const site = staffed(2, { rooms: singles }, { allocateMultiCapacityRooms: true });
    expect(roomsOf(combinations(site, { guests: 2 }))).toEqual(['a:0 b:0']);
  });

  test('a requested room holds the whole booking or there is none', () => {
    const site = staffed(3, { rooms });
    expect(roomsOf(combinations(site, { roomIds: ['suite'] }, { max: 1 }))).toEqual(['suite:0,1,2']);
    expect(combinations(site, { roomIds: ['single'], guests: 2 })).toEqual([]);
  });
});

test('equipment gives one free unit of each piece, and practitioners and rooms are held for the buffer', () => {
  const equipment = [{ id: 'bath', name: 'Bath', quantity: 2 }];
  const claims = [sampleClaim('c', 'bath')];
  const [found] = combinations(staffed(1, { equipment, claims }, { equipmentIds: ['bath'], endBufferMinutes: 15 }));
  expect(found).toEqual({
    practitionerIds: ['p0'],
    roomAssignments: [{ roomId: 'r0', units: [0] }],
    equipment: [{ equipmentId: 'bath', unit: 1 }],
    endMs: sampleMs(11),
    bufferEndMs: sampleMs(11, 15),
  });
});

test('a start off the grid or outside the dates asked for has no combination', () => {
  const site = compileSite(staffed(1), sampleDate, 2);
  for (const startMs of [sampleMs(10) + 1, sampleMs(10, 5), sampleMs(34)]) {
    expect(combinationsAt(site, sampleQuery(), startMs, { max: 8 })).toEqual([]);
  }
});
