import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import { describe, expect, test } from 'vitest';
import { fullName, guestDetails, replaceGuests } from './guest.ts';

const guest = (changes: Partial<Guest>): Guest => ({ id: '', ...changes });
const current = [
  { id: 'g1', isLeadBooker: false },
  { id: 'g2', isLeadBooker: true },
];
const leads = (given: Guest[]): boolean[] => replaceGuests(given, current).map(({ isLeadBooker }) => isLeadBooker);

describe('replacing the guests of an order', () => {
  test('keeps ids, adds those without one, and leaves out the rest', () => {
    const changes = replaceGuests([guest({ id: 'g2', firstName: 'Ada' }), guest({ firstName: 'Bo' })], current);
    expect(changes.map(({ id, firstName }) => [id, firstName])).toEqual([
      ['g2', 'Ada'],
      [null, 'Bo'],
    ]);
  });

  test('the lead booker is who is marked, else who was it, else the first', () => {
    expect(leads([guest({ id: 'g1' }), guest({ id: 'g2' }), guest({ isLeadBooker: true })])).toEqual([
      false,
      false,
      true,
    ]);
    expect(leads([guest({ id: 'g1' }), guest({ id: 'g2' })])).toEqual([false, true]);
    expect(leads([guest({ id: 'g1' }), guest({})])).toEqual([true, false]);
    expect(leads([guest({ isLeadBooker: true }), guest({ isLeadBooker: true })])).toEqual([true, false]);
  });

  test('an unknown or repeated id is refused at its place in the list', () => {
    const given = [guest({ id: 'g1' }), guest({ id: 'x' }), guest({ id: 'g1' })];
    expect(() => replaceGuests(given, current)).toThrow(
      expect.objectContaining({
        fields: {
          'guests.1.id': ['There is no guest x in this order.'],
          'guests.2.id': ['The guest g1 is listed twice.'],
        },
      }),
    );
  });
});

describe('a guest name', () => {
  test('in one piece is taken apart at its first space', () => {
    expect(guestDetails(guest({ name: 'Ada King Lovelace' }))).toMatchObject({
      firstName: 'Ada',
      lastName: 'King Lovelace',
    });
    expect(guestDetails(guest({ name: ' ' }))).toMatchObject({ firstName: null, lastName: null });
  });

  test('in parts goes before one in one piece', () => {
    expect(guestDetails(guest({ name: 'X Y', firstName: 'Ada' }))).toMatchObject({ firstName: 'Ada', lastName: null });
  });

  test('is put together of what is known', () => {
    expect(fullName({ firstName: 'Ada', lastName: null })).toBe('Ada');
    expect(fullName({ firstName: null })).toBeNull();
  });
});
