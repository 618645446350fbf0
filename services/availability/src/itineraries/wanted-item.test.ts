import type { AddBasketItem } from '@lido/proto/lido/availability/v1/itinerary.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { describe, expect, test } from 'vitest';
import { partyOf } from './party.ts';
import { readWantedItem } from './wanted-item.ts';

const blank = { guests: [], guestIds: [], practitionerIds: [], itemConfiguration: null };
const read = (item: Partial<AddBasketItem>, date = '2026-06-15') => {
  const errors: FieldErrors = {};
  const wanted = readWantedItem({ ...blank, ...item } as AddBasketItem, { date, zone: 'Europe/London' }, errors);
  return { ...wanted, errors };
};

describe('an item of a visit', () => {
  test('is read from item_configuration as well, the top level first', () => {
    const itemConfiguration = {
      guest_ids: ['g1'],
      practitioner_id: 'p1',
      room_id: 'r1',
      session_id: 's1',
      area_ids: ['a1'],
    };
    expect(read({ itemConfiguration })).toMatchObject({
      guestIds: ['g1'],
      practitionerIds: ['p1'],
      roomId: 'r1',
      sessionId: 's1',
      areaIds: ['a1'],
      quantity: 1,
    });
    expect(read({ itemConfiguration, guestId: 'g2', practitionerIds: ['p2'], roomId: 'r2' })).toMatchObject({
      guestIds: ['g2'],
      practitionerIds: ['p2'],
      roomId: 'r2',
    });
  });

  test('counts guests without an id, and is for no fewer than it names', () => {
    expect(read({}).quantity).toBeUndefined();
    expect(read({ guests: [{ id: 'g1' }, { id: '' }] })).toMatchObject({ guestIds: ['g1'], quantity: 2 });
    expect(read({ guestIds: ['g1', 'g2'], quantity: 1 }).quantity).toBe(2);
  });

  test('takes a time as an instant or on the clocks of the site, twice where it comes twice', () => {
    const noon = Date.UTC(2026, 5, 15, 11);
    expect(read({ time: '2026-06-15T12:00:00+01:00' }).startsMs).toEqual([noon]);
    expect(read({ time: '12:00' }).startsMs).toEqual([noon]);
    expect(read({ time: '01:30' }, '2026-10-25').startsMs).toEqual([
      Date.UTC(2026, 9, 25, 0, 30),
      Date.UTC(2026, 9, 25, 1, 30),
    ]);
    expect(read({ time: '01:30' }, '2026-03-29').startsMs).toEqual([]);
    expect(read({}).startsMs).toBeUndefined();
  });

  test('must be on the date of the visit', () => {
    expect(read({ date: '2026-06-15T00:30:00+01:00' }).errors).toEqual({});
    expect(read({ date: '2026-06-16' }).errors).toHaveProperty('date');
    expect(read({ time: '2026-06-16T12:00:00+01:00' }).errors).toHaveProperty('time');
    expect(read({ time: 'noon' }).errors).toHaveProperty('time');
  });
});

describe('the party of an item', () => {
  const upToThree = (minGuests: number) => ({ minGuests, maxGuests: 3 });

  test('is who it names, else who the basket has, else the fewest there may be', () => {
    expect(partyOf({ quantity: undefined, guestIds: ['a'] }, ['b', 'c'], upToThree(1))).toEqual({
      guests: 1,
      guestIds: ['a'],
    });
    expect(partyOf({ quantity: undefined, guestIds: [] }, ['b', 'c'], upToThree(1))).toEqual({
      guests: 2,
      guestIds: ['b', 'c'],
    });
    expect(partyOf({ quantity: undefined, guestIds: [] }, [], upToThree(2)).guestIds).toEqual(['guest 1', 'guest 2']);
  });

  test('is as many of the basket’s as there may be, and never fewer', () => {
    const partyIn = (...basket: string[]) => partyOf({ quantity: undefined, guestIds: [] }, basket, upToThree(2));
    expect(partyIn('a').guestIds).toEqual(['a', 'guest 2']);
    expect(partyIn('a', 'b', 'c', 'd').guestIds).toEqual(['a', 'b', 'c']);
  });

  test('is filled up to its quantity with the same unnamed guests in every item', () => {
    expect(partyOf({ quantity: 3, guestIds: ['a'] }, [], upToThree(1)).guestIds).toEqual(['a', 'guest 2', 'guest 3']);
    expect(partyOf({ quantity: 1, guestIds: [] }, ['b', 'c'], upToThree(1))).toEqual({ guests: 1, guestIds: ['b'] });
  });
});
