import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { claimKey, type WantedClaim } from '../claims/claim.ts';
import type { Claim } from '../solver/model.ts';
import { applyClaim, type CompiledSite, freeExpiredHolds, removeClaim } from '../solver/compile-site.ts';

/** What items of one request would hold. */
interface Planned {
  item: HoldItem;
  wanted: WantedClaim[];
}

/** What may be supposed of a site. */
export interface Suppose {
  /** That planned claims are taken. */
  taken(planned: readonly Planned[]): void;
  /** That claims are given back. */
  free(claims: Iterable<Claim>): void;
}

/** Lets `work` see a site as if what it says, as it goes, were so. The site is as before when this returns or throws. */
export function supposing<T>(site: CompiledSite, work: (suppose: Suppose) => T): T {
  const taken: string[] = [];
  const freed: Claim[] = [];
  try {
    return work({
      taken: (planned) => {
        for (const { item, wanted } of planned) for (const claim of wanted) taken.push(applyPlanned(site, item, claim));
      },
      free: (claims) => {
        for (const claim of claims) {
          removeClaim(site, claim.id);
          freed.push(claim);
        }
      },
    });
  } finally {
    for (const key of taken) removeClaim(site, key);
    for (const claim of freed) applyClaim(site, claim);
  }
}

function applyPlanned(site: CompiledSite, item: HoldItem, claim: WantedClaim): string {
  const { resourceId, unit, kind, sharedBy = null, startsAtMs: fromMs, endsAtMs: toMs } = claim;
  const id = claimKey(`planned ${item.itemId}`, resourceId, unit);
  const isAppointment = item.offeringType === 'appointment';
  applyClaim(site, {
    ...{ id, resourceId, unit, kind, sharedBy, fromMs, toMs },
    expiresAtMs: null,
    ...{ bookingId: null, itemId: null, orderId: null },
    appointmentTypeId: isAppointment ? item.offeringId : null,
    durationMinutes: isAppointment ? item.durationMinutes : null,
  });
  return id;
}

/** Whether one of the guests is somewhere else in `[startMs, endMs)`, as the site stands; claims that are the asker's own do not count. */
export function isGuestElsewhere(
  site: CompiledSite,
  guestIds: readonly string[],
  { startMs, endMs, nowMs }: { startMs: number; endMs: number; nowMs: number },
  isOwn: (claim: Claim) => boolean,
): boolean {
  freeExpiredHolds(site, nowMs);
  return guestIds.some((id) =>
    (site.guests.get(id)?.claimed.claims ?? []).some(
      (claim) => !isOwn(claim) && claim.fromMs < endMs && startMs < claim.toMs,
    ),
  );
}
