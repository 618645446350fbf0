import type { GuestSharing } from '../solver/model.ts';
import type { WantedClaim } from './claim.ts';

/**
 * What guests claim while they are at an item: their own time. Items of one line of a package may share it; those of them that have to be
 * apart claim a second unit, which they do not share.
 */
export function guestClaims(
  guestIds: readonly string[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  sharing: GuestSharing | undefined,
): WantedClaim[] {
  const units = sharing?.isApart ? [0, 1] : [0];
  return guestIds.flatMap((resourceId) =>
    units.map((unit): WantedClaim => {
      const claim = { kind: 'guest' as const, resourceId, unit, startsAtMs: startMs, endsAtMs: endMs };
      return sharing ? { ...claim, sharedBy: sharing.lineId } : claim;
    }),
  );
}
