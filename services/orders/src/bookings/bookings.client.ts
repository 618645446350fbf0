import type {
  BookingServiceService,
  CheckedItem,
  FindPackageRequest,
  HeldItem,
  HoldItem,
  HoldRequest,
  PackageDetails,
} from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid, isNotFound, orUndefined, Refusal, unavailable } from '@lido/runtime/errors/refusal.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';
import type { Overrider } from '@lido/runtime/grpc/overrider.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { configuredIds, type WantedItem } from '../items/item.ts';
import type { OrderRow } from '../orders/order.entity.ts';

/** For whose request, and so under which request id, availability is asked. */
export interface Asking {
  requestId: string;
}

export interface HoldOptions extends Asking {
  /** Staff may skip the booking rules. */
  skipRules: boolean;
  /** Whether the booker is a guest on the shop. */
  isOnline: boolean;
  /** Who takes what others hold, by the right to override rules. */
  overrider?: Overrider | null;
}

/** An item and what it wants. */
export interface ItemToHold {
  id: string;
  wanted: WantedItem;
  /** Whether it is booked for good: at once where it is new, and without a lapse where it moves. */
  isBooked?: boolean;
}

/** What orders asks of availability. Every call is in the order's organisation; an unreachable peer is `unavailable`. */
export interface Bookings {
  hold(order: OrderRow, items: ItemToHold[], options: HoldOptions): Promise<HeldItem[]>;
  /** `holdMinutes` 0 takes the site's. */
  extend(order: OrderRow, wanted: Renewal & { holdMinutes: number }, asking: Asking): Promise<HeldItem[]>;
  confirm(order: OrderRow, wanted: Renewal, asking: Asking): Promise<HeldItem[]>;
  /** No item ids means all of the order's. */
  release(order: Pick<OrderRow, 'id' | 'organisationId'>, itemIds: string[], asking: Asking): Promise<void>;
  check(order: OrderRow, itemIds: string[], asking: Asking): Promise<CheckedItem[]>;
  /** Describes and prices a line of a package; undefined where it is not on offer. */
  findPackage(order: OrderRow, line: LineToPrice, options: HoldOptions): Promise<PackageDetails | undefined>;
}

/** What is held on. */
export interface Renewal {
  /** What has lapsed is claimed again past the rules. */
  skipRules: boolean;
  /** The items that the order has; what else it holds lapses. */
  itemIds: string[];
}

/** A line of a package, with what is chosen in it. */
export type LineToPrice = Pick<FindPackageRequest, 'packageId' | 'date' | 'guests' | 'chosen'>;

/** Wraps availability's internal rpcs. */
export function bookingsFrom(peer: Peer<typeof BookingServiceService>): Bookings {
  return {
    hold: async (order, items, options) => {
      const request = holdRequest(order, items, options);
      const answer = await reach(() => peer.hold(request, callerFor(order, options))).catch((error: unknown) => {
        throw asUnknownOffering(error);
      });
      return answer.items;
    },
    extend: async (order, wanted, asking) => {
      const answer = await reach(() => peer.extendHolds({ orderId: order.id, ...wanted }, callerFor(order, asking)));
      return answer.items;
    },
    confirm: async (order, wanted, asking) => {
      const answer = await reach(() => peer.confirm({ orderId: order.id, ...wanted }, callerFor(order, asking)));
      return answer.items;
    },
    release: async (order, itemIds, asking) => {
      await reach(() => peer.release({ orderId: order.id, itemIds }, callerFor(order, asking)));
    },
    check: async (order, itemIds, asking) => {
      const answer = await reach(() => peer.checkHolds({ orderId: order.id, itemIds }, callerFor(order, asking)));
      return answer.items;
    },
    findPackage: (order, line, options) => {
      const { siteId, customerId = null } = order;
      const { isOnline, skipRules } = options;
      const request = { ...line, siteId, customerId, isOnline, skipRules };
      return orUndefined(reach(() => peer.findPackage(request, callerFor(order, options))));
    },
  };
}

function holdRequest(order: OrderRow, items: ItemToHold[], options: HoldOptions): HoldRequest {
  return {
    orderId: order.id,
    siteId: order.siteId,
    customerId: order.customerId ?? null,
    items: items.map(holdItem),
    holdMinutes: 0,
    skipRules: options.skipRules,
    isOnline: options.isOnline,
    overrider: options.overrider ?? null,
  };
}

function callerFor({ organisationId }: Pick<OrderRow, 'organisationId'>, { requestId }: Asking): Caller {
  return { principal: servicePrincipal('orders', organisationId), requestId };
}

function holdItem({ id: itemId, wanted, isBooked = false }: ItemToHold): HoldItem {
  return {
    itemId,
    offeringType: wanted.offeringType,
    offeringId: wanted.offeringId,
    startTime: wanted.startMs === null ? '' : new Date(wanted.startMs).toISOString(),
    durationMinutes: wanted.durationMinutes ?? 0,
    guests: wanted.quantity,
    guestIds: wanted.guestIds,
    practitionerIds: wanted.practitionerIds,
    roomId: wanted.roomId,
    sessionId: wanted.sessionId,
    areaIds: configuredIds(wanted.itemConfiguration, 'area_ids') ?? [],
    packageItemOf: wanted.inPackage?.lineId ?? null,
    packageChoiceId: wanted.inPackage?.choiceId ?? null,
    packageOptionId: wanted.inPackage?.optionId ?? null,
    isBooked,
  };
}

/** A peer that answers too late is as good as absent: the client may try again. */
async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'deadline') throw unavailable(error.message, error);
    throw error;
  }
}

function asUnknownOffering(error: unknown): unknown {
  return isNotFound(error) ? unknownOffering() : error;
}

/** The refusal of an offering that is not to be had at the order's site. */
export function unknownOffering(): Refusal {
  return invalid({ offering_id: ['There is no such offering at this site.'] });
}
