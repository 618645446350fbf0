import type { AppointmentChange } from '@lido/proto/lido/availability/v1/appointment.ts';
import { describe, expect, test } from 'vitest';
import { isSamePlacement, placementAfter, type Placement } from './moved-appointment.ts';

const current: Placement = {
  startMs: 0,
  durationMinutes: 60,
  practitionerIds: ['p1', 'p2'],
  roomIds: ['r1'],
  isRoomNamed: false,
};
const nothing: AppointmentChange = { practitionerIds: [], stage: 'ORDER_STAGE_UNSPECIFIED', move: null };
const after = (change: Partial<AppointmentChange>, mask: string[]): Placement =>
  placementAfter(current, { ...nothing, ...change }, { mask, usualMinutes: 30 });
const errorsOf = (change: Partial<AppointmentChange>, mask: string[]): string[] => {
  try {
    after(change, mask);
  } catch (error) {
    return Object.keys((error as { fields: object }).fields);
  }
  return [];
};
const move = (resource: 'PRACTITIONER' | 'ROOM', fromId: string, toId: string): Partial<AppointmentChange> => ({
  move: { resourceType: `MOVED_RESOURCE_TYPE_${resource}`, fromId, toId },
});

describe('a change of an appointment', () => {
  test('keeps what it does not carry', () => {
    expect(after({ practitionerIds: ['x'], roomId: 'x', duration: 90 }, [])).toEqual(current);
  });

  test('sets what it carries', () => {
    const change = { practitionerIds: ['p3', 'p3'], roomId: 'r2', duration: 90, time: '1970-01-01T01:00:00+00:00' };
    expect(after(change, ['practitioner_ids', 'room_id', 'duration', 'time'])).toEqual({
      ...{ startMs: 3_600_000, durationMinutes: 90, practitionerIds: ['p3'], roomIds: ['r2'], isRoomNamed: true },
    });
  });

  test('leaves the choice open where it carries nothing, and takes the usual duration', () => {
    expect(after({ roomId: null, duration: null }, ['practitioner_ids', 'room_id', 'duration'])).toEqual({
      ...{ startMs: 0, durationMinutes: 30, practitionerIds: [], roomIds: [], isRoomNamed: false },
    });
  });

  test('can not leave it without a time', () => {
    expect(errorsOf({ time: null }, ['time'])).toEqual(['time']);
  });

  test('puts one practitioner or room in the place of another', () => {
    expect(after(move('PRACTITIONER', 'p2', 'p3'), ['move']).practitionerIds).toEqual(['p1', 'p3']);
    expect(after(move('ROOM', 'r1', 'r2'), ['move'])).toMatchObject({ roomIds: ['r2'], isRoomNamed: true });
    expect(after({ move: null }, ['move'])).toEqual(current);
  });

  test('moves only what is there to where it is not', () => {
    expect(errorsOf(move('PRACTITIONER', 'p9', 'p3'), ['move'])).toEqual(['move.from_id']);
    expect(errorsOf(move('ROOM', 'r9', 'r3'), ['move'])).toEqual(['move.from_id']);
    expect(errorsOf(move('PRACTITIONER', 'p1', 'p2'), ['move'])).toEqual(['move.to_id']);
    expect(errorsOf({ ...move('ROOM', 'r1', 'r3'), roomId: 'r4' }, ['move', 'room_id'])).toEqual(['move']);
  });

  test('is none where all stands as it did', () => {
    expect(isSamePlacement(current, { ...current, practitionerIds: ['p2', 'p1'] })).toBe(true);
    expect(isSamePlacement(current, { ...current, roomIds: [] })).toBe(false);
  });
});
