import type { HoldRequest, HoldResponse } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { holdFromMemory, holdItems } from './hold-items.repository.ts';
import type { HoldOrder } from './hold-order.ts';
import type { BookingParts } from './parts.ts';

const holdMinutesDefault = 15;

/** Holds every item or none; an item that is held already moves. */
export function hold(parts: BookingParts) {
  return async (request: HoldRequest, call: Call): Promise<HoldResponse> => {
    const known = parts.compiledSites.known(request.siteId);
    const held = known && (await holdFromMemory(parts, orderOf(request, known, call), request.items, call));
    if (held) return { items: held };
    const versioned = await parts.compiledSites.get(request.siteId, call);
    if (!versioned) throw invalid({ site_id: [`There is no site ${request.siteId}.`] });
    return { items: await holdItems(parts, orderOf(request, versioned, call), request.items, call) };
  };
}

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
    overridingActor: request.overridingActor ?? null,
    mayWait: true,
  };
}
