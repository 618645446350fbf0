import { describe, expect, test } from 'vitest';
import { BookingSummary } from '@lido/proto/lido/availability/v1/booking_summary.ts';
import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { BookingOrderItem, PackageItem, PackageOrderItem } from '@lido/proto/lido/orders/v1/order_item.ts';
import { bookingsOf } from './bookings.ts';
import { attentionWord, entitledMembers, statusWord } from './entitled-members.ts';

const nothing = new Uint8Array();

const item: BookingOrderItem = {
  ...BookingOrderItem.decode(nothing),
  id: 'i1',
  status: 'ORDER_ITEM_STATUS_CONFIRMED',
  bookingSummary: {
    ...BookingSummary.decode(nothing),
    startTime: '2026-06-01T10:00:00+01:00',
    endTime: '2026-06-01T11:00:00+01:00',
  },
};
const order: Order = {
  ...Order.decode(nothing),
  id: 'o1',
  status: 'ORDER_STATUS_SUBMITTED',
  customerId: 'c1',
  bookingItems: [item],
};
const hour = { startMs: Date.parse('2026-06-01T09:00:00Z'), endMs: Date.parse('2026-06-01T10:00:00Z') };

describe('an order', () => {
  test('lets its customer in for the time of each item', () => {
    expect(bookingsOf(order)).toEqual([{ id: 'i1 c1', customerId: 'c1', ...hour }]);
  });

  test('lets its customer in for what is chosen in its packages', () => {
    const { id, status, bookingSummary } = item;
    const chosen = { ...PackageItem.decode(nothing), id, status, bookingSummary };
    const packageItems = [{ ...PackageOrderItem.decode(nothing), packageItems: [chosen] }];
    expect(bookingsOf({ ...order, bookingItems: [], packageItems })).toEqual([
      { id: 'i1 c1', customerId: 'c1', ...hour },
    ]);
  });

  test('lets known guests in as well, everybody once', () => {
    const guests = ['c1', 'c2', null].map((customerId) => ({ ...Guest.decode(nothing), customerId }));
    const ids = bookingsOf({ ...order, bookingItems: [{ ...item, guests }] }).map(({ customerId }) => customerId);
    expect(ids).toEqual(['c1', 'c2']);
  });

  test.each([
    'ORDER_STATUS_IN_PROGRESS',
    'ORDER_STATUS_NEW',
    'ORDER_STATUS_CANCELLED',
    'ORDER_STATUS_NO_SHOW',
  ] as const)('lets nobody in while it is %s', (status) => {
    expect(bookingsOf({ ...order, status })).toEqual([]);
  });

  test.each(['ORDER_ITEM_STATUS_CANCELLED', 'ORDER_ITEM_STATUS_WAITLISTED'] as const)(
    'lets nobody in for an item that is %s',
    (status) => {
      expect(bookingsOf({ ...order, bookingItems: [{ ...item, status }] })).toEqual([]);
    },
  );

  test('lets nobody in for an item without times', () => {
    expect(bookingsOf({ ...order, bookingItems: [{ ...item, bookingSummary: null }] })).toEqual([]);
  });
});

describe('a membership', () => {
  const members = ['c1', 'c2'].map((customerId) => ({ customerId, membershipNumber: '', isLead: customerId === 'c1' }));
  const membership: Membership = { ...Membership.decode(nothing), members };

  test('entitles its lead and its further members', () => {
    expect(entitledMembers(membership)).toEqual(['c1', 'c2']);
  });

  test('entitles nobody once it is deleted', () => {
    expect(entitledMembers({ ...membership, deletedAt: '2026-06-01T00:00:00Z' })).toEqual([]);
  });

  test('says its state in the published words', () => {
    expect(statusWord('MEMBERSHIP_STATUS_NEEDS_DD_MANDATE')).toBe('needs_dd_mandate');
    expect(attentionWord('ATTENTION_REASON_PAYMENT_FAILED')).toBe('payment_failed');
    expect(attentionWord('ATTENTION_REASON_UNSPECIFIED')).toBeNull();
  });
});
