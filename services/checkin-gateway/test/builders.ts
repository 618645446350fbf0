import { randomUUID } from 'node:crypto';
import type { CreateCheckInRequest, ListCheckInsRequest } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import { Membership, type Membership as MembershipMessage } from '@lido/proto/lido/memberships/v1/membership.ts';
import { Order, type Order as OrderMessage } from '@lido/proto/lido/orders/v1/order.ts';
import { BookingOrderItem } from '@lido/proto/lido/orders/v1/order_item.ts';
import { BookingSummary } from '@lido/proto/lido/availability/v1/booking_summary.ts';

/** A device's body, as a client would send it. */
export function device(fields: Partial<Device> = {}): Device {
  return {
    id: '',
    siteId: '',
    name: 'Front door',
    kind: 'DEVICE_KIND_GANTNER_G7',
    serialNumber: 'SN-1',
    direction: 'DEVICE_DIRECTION_IN',
    mediumFormat: 'MEDIUM_FORMAT_HEX_MSB',
    uidBytes: null,
    offlinePolicy: null,
    relayId: null,
    unlockMs: null,
    moreRelays: [],
    enabled: null,
    status: null,
    address: null,
    loginUser: null,
    loginPassword: null,
    loginToken: null,
    hasLogin: false,
    createdAt: '',
    updatedAt: '',
    ...fields,
  };
}

/** A list request that filters nothing but by the given. */
export function anyCheckIns(fields: Partial<ListCheckInsRequest> = {}): ListCheckInsRequest {
  return { customerId: [], ...fields };
}

/** A new check-in's body, as a client would send it. */
export function newCheckIn(fields: Partial<CreateCheckInRequest>): CreateCheckInRequest {
  return { customerId: '', siteId: '', ...fields };
}

export interface MembershipFields {
  readonly siteId: string;
  readonly organisationId: string;
  readonly customerId: string;
  readonly changes?: Partial<MembershipMessage>;
}

/** An active membership of one customer, as its service tells of it. */
export function membership({ siteId, organisationId, customerId, changes = {} }: MembershipFields): MembershipMessage {
  const blank = Membership.decode(nothing);
  const members = [{ customerId, membershipNumber: '1000000001', isLead: true }];
  return {
    ...blank,
    id: randomUUID(),
    siteId,
    organisationId,
    members,
    status: 'MEMBERSHIP_STATUS_ACTIVE',
    startDate: '2020-01-01',
    ...changes,
  };
}

export interface OrderFields {
  readonly siteId: string;
  readonly organisationId: string;
  readonly customerId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A submitted order of one confirmed item, as its service tells of it. */
export function order({ siteId, organisationId, customerId, startMs, endMs }: OrderFields): OrderMessage {
  const times = { startTime: new Date(startMs).toISOString(), endTime: new Date(endMs).toISOString() };
  const item = {
    ...BookingOrderItem.decode(nothing),
    id: shopId(),
    status: 'ORDER_ITEM_STATUS_CONFIRMED' as const,
    bookingSummary: { ...BookingSummary.decode(nothing), ...times },
  };
  const status = 'ORDER_STATUS_SUBMITTED';
  return { ...Order.decode(nothing), id: shopId(), siteId, organisationId, customerId, status, bookingItems: [item] };
}

const nothing = new Uint8Array();

function shopId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 24);
}
