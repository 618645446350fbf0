import { randomBytes } from 'node:crypto';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';

/** An item of an order at an instant. */
export function itemAt(offeringId: string, startTime: string, extra: Partial<HoldItem> = {}): HoldItem {
  return {
    itemId: randomBytes(12).toString('hex'),
    offeringType: 'appointment',
    offeringId,
    startTime,
    durationMinutes: 60,
    guests: 1,
    guestIds: [],
    practitionerIds: [],
    areaIds: [],
    roomId: null,
    sessionId: null,
    isBooked: false,
    ...extra,
  };
}

/** An order's id as orders mints it. */
export function orderId(): string {
  return randomBytes(12).toString('hex');
}
