import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { describe, expect, test } from 'vitest';
import { type ItemContext, readItem, type WantedItem } from './item.ts';

const empty: OrderItemInput = { guests: [], guestIds: [], practitionerIds: [], itemConfiguration: null };
const zone = 'Europe/London';
const context: ItemContext = { zone, guestIds: ['g1', 'g2'] };
const massage = { ...empty, offeringType: 'appointment', offeringId: 'o1', time: '2026-07-01T10:00:00+01:00' };
const current: WantedItem = {
  offeringType: 'appointment',
  offeringId: 'o1',
  startMs: Date.parse('2026-07-01T09:00:00Z'),
  durationMinutes: 60,
  quantity: 1,
  guestIds: ['g1'],
  practitionerIds: ['p1'],
  roomId: 'r1',
  sessionId: null,
  itemConfiguration: {},
  inPackage: null,
};
const change = (input: Partial<OrderItemInput>, mask: string[]): WantedItem =>
  readItem({ ...empty, ...input }, { ...context, current, mask }).wanted;
const errorsOf = (input: Partial<OrderItemInput>): object => {
  try {
    readItem({ ...empty, ...input }, context);
  } catch (error) {
    return (error as { fields?: object }).fields ?? {};
  }
  return {};
};

describe('a new item', () => {
  test('starts at the instant that was sent', () => {
    expect(readItem(massage, context).wanted.startMs).toBe(Date.parse('2026-07-01T09:00:00Z'));
  });

  test('starts at a wall time of its date on the clocks of the site', () => {
    const summer = readItem({ ...massage, date: '2026-07-01', time: '10:00' }, context).wanted;
    const winter = readItem({ ...massage, date: '2026-12-01T00:00:00+00:00', time: '10:00' }, context).wanted;
    expect([summer.startMs, winter.startMs]).toEqual([
      Date.parse('2026-07-01T09:00:00Z'),
      Date.parse('2026-12-01T10:00:00Z'),
    ]);
  });

  test.each(['2026-03-29T01:30', '2026-10-25T01:30'])('at %s, when the clocks change, needs an offset', (local) => {
    const [date = '', time = ''] = local.split('T');
    expect(errorsOf({ ...massage, date, time })).toEqual({
      time: [`On ${date} the clocks change at ${time}: send the time with its offset.`],
    });
  });

  test('reads guests, practitioners and rooms from item_configuration as well, the top level first', () => {
    const itemConfiguration = { guest_ids: ['g1'], practitioner_ids: ['p1'], room_id: 'r1', session_id: 's1' };
    expect(readItem({ ...massage, itemConfiguration }, context).wanted).toMatchObject({
      guestIds: ['g1'],
      practitionerIds: ['p1'],
      roomId: 'r1',
      sessionId: 's1',
    });
    const both = { ...massage, itemConfiguration, guestIds: ['g2'], practitionerIds: ['p2'], roomId: 'r2' };
    expect(readItem(both, context).wanted).toMatchObject({ guestIds: ['g2'], practitionerIds: ['p2'], roomId: 'r2' });
  });

  test('is for as many as are named or counted, whichever is more', () => {
    expect(readItem(massage, context).wanted.quantity).toBe(1);
    expect(readItem({ ...massage, quantity: 3, guestId: 'g1' }, context).wanted.quantity).toBe(3);
    expect(readItem({ ...massage, guests: [{ id: 'g1' }, { id: '', firstName: 'Bo' }] }, context)).toMatchObject({
      wanted: { quantity: 2, guestIds: ['g1'] },
      newGuests: [{ firstName: 'Bo' }],
    });
  });

  test('is refused by every bad field at once', () => {
    expect(Object.keys(errorsOf({ offeringType: 'voucher', guestIds: ['x'] }))).toEqual([
      'offering_type',
      'offering_id',
      'guests',
      'time',
    ]);
    expect(Object.keys(errorsOf({ ...massage, time: 'noon', date: '2026-07-01' }))).toEqual(['time']);
    expect(Object.keys(errorsOf({ ...massage, time: '10:00' }))).toEqual(['date']);
  });

  test('of a session needs no time of its own', () => {
    const session = { ...empty, offeringType: 'session', offeringId: 'o2', sessionId: 's1' };
    expect(readItem(session, context).wanted).toMatchObject({ sessionId: 's1', startMs: null });
  });
});

describe('a change of an item', () => {
  test('keeps what it does not carry', () => {
    expect(change({}, [])).toEqual(current);
  });

  test('moves the time alone, or the date with the same wall time', () => {
    expect(change({ time: '2026-07-01T12:00:00+01:00' }, ['time'])).toEqual({
      ...current,
      startMs: Date.parse('2026-07-01T11:00:00Z'),
    });
    expect(change({ date: '2026-12-01' }, ['date'])).toEqual({
      ...current,
      startMs: Date.parse('2026-12-01T10:00:00Z'),
    });
  });

  test('clears what it carries as null or as an empty list', () => {
    const cleared = change({}, ['practitioner_ids', 'room_id', 'guests', 'duration']);
    expect(cleared).toMatchObject({ practitionerIds: [], roomId: null, guestIds: [], durationMinutes: null });
  });

  test('of the offering takes the new one’s own duration', () => {
    expect(change({ offeringId: 'o2' }, ['offering_id'])).toMatchObject({ offeringId: 'o2', durationMinutes: null });
  });

  test('to another session lets go of the old start, and to another start of the old session', () => {
    expect(change({ sessionId: 's2' }, ['session_id'])).toMatchObject({ sessionId: 's2', startMs: null });
    const seated = { ...current, sessionId: 's1' };
    const moved = readItem(
      { ...empty, time: '2026-07-01T12:00:00+01:00' },
      { ...context, current: seated, mask: ['time'] },
    ).wanted;
    expect(moved.sessionId).toBeNull();
  });
});
