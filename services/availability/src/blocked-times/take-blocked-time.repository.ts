import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import { overrideAreas, overrideClaims, sitesOfBookings } from '../bookings/override.repository.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { type OwnedAreas, type OwnedClaims, takeAreas, takeClaims } from '../claims/claim.repository.ts';
import type { Overrider } from '@lido/runtime/grpc/overrider.ts';
import { areaConflicts, claimConflicts, conflictsWith, type Telling } from '../claims/conflict.repository.ts';
import { takenBy } from '../sessions/session-claims.ts';
import { nextVersions, type SiteChange, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import type { BlockedTimeRow } from './blocked-time.entity.ts';
import type { Blockables } from './blocked-resources.repository.ts';
import { windowOf } from './blocked-time.ts';

/** Whom a block is for, and in whose name it takes what others hold. */
export interface Taking extends Telling {
  blockables: Blockables;
  givenUp: string[];
  overrider: Overrider | null;
}

/** Takes the time of all resources of all rows, or refuses with what stands in the way. Answers the bookings that lost by it. */
export async function takeBlockedTime(
  transaction: Transaction,
  rows: BlockedTimeRow[],
  taking: Taking,
): Promise<string[]> {
  const { em } = transaction;
  const { givenUp, overrider } = taking;
  const claims = rows.map((row) => claimsOf(row, taking.blockables));
  const areas = rows.map((row) => areasOf(row, taking.blockables));
  const lost = await overrideClaims(transaction, claims, givenUp, overrider);
  const blocking = await takeClaims(em, claims, givenUp);
  if (blocking.length > 0) throw conflictsWith(await claimConflicts(em, blocking, taking));
  lost.push(...(await overrideAreas(transaction, areas, givenUp, overrider)));
  const full = await takeAreas(em, areas, givenUp);
  if (full.length > 0) throw conflictsWith(await areaConflicts(em, areas, full, taking));
  return lost;
}

/** Gives sites their next versions for what was taken and given up, as the last thing of the transaction. */
export async function tellOfBlockedTime(
  em: SqlEntityManager,
  rows: BlockedTimeRow[],
  { blockables, givenUp, overrider }: Taking,
  { lost, formerPractitionerIds = [] }: { lost: string[]; formerPractitionerIds?: readonly string[] },
): Promise<void> {
  const practitionerIds = [...new Set([...rows.flatMap((row) => row.practitionerIds), ...formerPractitionerIds])];
  const siteIds = [
    ...rows.map(({ siteId }) => siteId),
    ...(await sitesOfPractitioners(em, practitionerIds)),
    ...(await sitesOfBookings(em, lost)),
  ];
  const takenAreas = rows.flatMap((row) => {
    const { owner, areas } = areasOf(row, blockables);
    return areas.map(({ areaId, startsAtMs, endsAtMs, kind, guests, basketsMax }) => ({
      ...{ areaId, startsAtMs, endsAtMs, kind, guests, basketsMax },
      ...{ bookingId: owner.bookingId, itemId: owner.itemId, orderId: '', expiresAtMs: null },
    }));
  });
  const taken = rows.flatMap((row) => takenBy(claimsOf(row, blockables)));
  const claims: SiteChange = { kind: 'claims', released: givenUp, taken, takenAreas };
  // Who lost a claim is not among the given up, and a year of Mondays is read faster than it is told.
  await nextVersions(em, siteIds, overrider !== null || rows.length > 1 ? { kind: 'model' } : claims);
}

/** A room is taken with all its units, a practitioner whole. */
function claimsOf(row: BlockedTimeRow, { rooms }: Blockables): OwnedClaims {
  const { fromMs: startsAtMs, toMs: endsAtMs } = windowOf(row);
  const claim = (kind: WantedClaim['kind'], resourceId: string, unit: number): WantedClaim => ({
    ...{ kind, resourceId, unit, startsAtMs, endsAtMs },
  });
  const wanted = [
    ...row.practitionerIds.map((id) => claim('practitioner', id, 0)),
    ...row.roomIds.flatMap((id) =>
      Array.from({ length: rooms.get(id)?.units ?? 1 }, (_, unit) => claim('room', id, unit)),
    ),
  ];
  return { owner: ownerOf(row), wanted };
}

function areasOf(row: BlockedTimeRow, { areas }: Blockables): OwnedAreas {
  const { fromMs: startsAtMs, toMs: endsAtMs } = windowOf(row);
  const wanted = row.areaIds.map((areaId) => {
    const guests = areas.get(areaId)?.units ?? 1;
    return { areaId, startsAtMs, endsAtMs, kind: 'block' as const, guests, capacity: guests, basketsMax: null };
  });
  return { owner: ownerOf(row), orderId: '', areas: wanted };
}

function ownerOf({ id, organisationId, siteId }: BlockedTimeRow): OwnedClaims['owner'] {
  return { organisationId, siteId, bookingId: id, itemId: id, expiresAtMs: null };
}
