import type { HoldRequest, HoldResponse } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { tellOfBookings } from './changed-booking.repository.ts';
import { holdFromMemory, holdItems, type Tell } from './hold-items.repository.ts';
import type { HoldOrder } from './hold-order.ts';
import type { ChangeParts } from './parts.ts';

const holdMinutesDefault = 15;

/** Holds every item or none; an item that is held already moves. */
export function hold(parts: ChangeParts) {
  return async (request: HoldRequest, call: Call): Promise<HoldResponse> => {
    const known = parts.compiledSites.known(request.siteId);
    const held = known && (await holdFromMemory(parts, orderOf(request, known, call), request.items, call));
    if (held) return { items: held };
    const versioned = await parts.compiledSites.get(request.siteId, call);
    if (!versioned) throw invalid({ site_id: [`There is no site ${request.siteId}.`] });
    const tell = request.items.some(({ isBooked }) => isBooked) ? tellOfPlaced : undefined;
    const items = await holdItems(parts, orderOf(request, versioned, call), request.items, { call, tell });
    if (tell ?? request.overrider) parts.onCommit();
    return { items };
  };
}

/** What is booked at once outlives a crash of orders, which hears of it and follows, or gives back what it does not know. */
const tellOfPlaced: Tell = (transaction, bookings) =>
  tellOfBookings('lido.availability.booking.placed', bookings, transaction);

function orderOf(request: HoldRequest, versioned: VersionedSite, call: Call): HoldOrder {
  const minutes = request.holdMinutes || versioned.site.holdMinutes || holdMinutesDefault;
  const nowMs = call.clock.nowMs();
  return {
    versioned,
    site: versioned.site,
    nowMs,
    orderId: request.orderId,
    customerId: request.customerId ?? null,
    expiresAtMs: nowMs + minutes * 60_000,
    skipRules: request.skipRules,
    isOnline: request.isOnline,
    // Its own site is the order's, whose permission whoever asks has looked at.
    overrider: request.overrider
      ? { actor: request.overrider.actor, siteIds: [request.siteId, ...request.overrider.siteIds] }
      : null,
    mayWait: true,
  };
}
