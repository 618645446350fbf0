import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { ClaimKind, ClaimOwner, WantedClaim } from './claim.ts';

/** What stands in the way of a wanted claim. */
export interface BlockingClaim {
  resourceId: string;
  kind: ClaimKind;
  bookingId: string | null;
}

export interface OwnedClaims {
  owner: ClaimOwner;
  wanted: WantedClaim[];
}

/**
 * Takes all claims or none, and gives up those of `givenUp` bookings in the same step. Answers what stands in the way; empty means taken.
 */
export async function takeClaims(
  em: SqlEntityManager,
  owned: OwnedClaims[],
  givenUp: string[],
): Promise<BlockingClaim[]> {
  const rows = wantedRows(owned);
  if (rows.length === 0) return [];
  const blocking = await em.execute<{ resource_id: string; kind: ClaimKind; booking_id: string | null }[]>(
    `select resource_id, kind, booking_id from take_claims(${wantedClaims}, ${textArray})`,
    [JSON.stringify(rows), JSON.stringify(givenUp)],
  );
  return blocking.map((row) => ({ resourceId: row.resource_id, kind: row.kind, bookingId: row.booking_id }));
}

/** Parameters of the functions in SQL, each from one JSON text. */
export const wantedClaims = 'array(select w from jsonb_populate_recordset(null::wanted_claim, ?::jsonb) w)';
export const textArray = 'array(select jsonb_array_elements_text(?::jsonb))::varchar[]';

/** Claims as the functions in SQL read them. */
export function wantedRows(owned: OwnedClaims[]): object[] {
  return owned.flatMap(({ owner, wanted }) => wanted.map((claim) => wantedRow(owner, claim)));
}

function wantedRow(owner: ClaimOwner, claim: WantedClaim): Record<string, unknown> {
  return {
    organisation_id: owner.organisationId,
    site_id: owner.siteId,
    resource_id: claim.resourceId,
    unit: claim.unit,
    starts_at: instantText(claim.startsAtMs),
    ends_at: instantText(claim.endsAtMs),
    kind: claim.kind,
    booking_id: owner.bookingId,
    item_id: owner.itemId,
    expires_at: instantText(owner.expiresAtMs),
  };
}

function instantText(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
