import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BoundedArea, ClaimKind, ClaimOwner, WantedClaim } from './claim.ts';

/** What stands in the way of a wanted claim. */
export interface BlockingClaim {
  resourceId: string;
  kind: ClaimKind;
  bookingId: string | null;
  startsAtMs: number;
  endsAtMs: number;
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
  if (rows.length === 0 && givenUp.length === 0) return [];
  const blocking = await em.execute<BlockingRow[]>(
    `select ${blockingColumns} from take_claims(${wantedClaims}, ${textArray})`,
    [JSON.stringify(rows), JSON.stringify(givenUp)],
  );
  return blocking.map(toBlockingClaim);
}

/** What of a claim is read where it stands in the way. */
export const blockingColumns = `resource_id, kind, booking_id, (extract(epoch from lower(during)) * 1000)::bigint as starts_ms,
  (extract(epoch from upper(during)) * 1000)::bigint as ends_ms`;

export function toBlockingClaim(row: BlockingRow): BlockingClaim {
  return {
    resourceId: row.resource_id,
    kind: row.kind,
    bookingId: row.booking_id,
    startsAtMs: Number(row.starts_ms),
    endsAtMs: Number(row.ends_ms),
  };
}

export interface BlockingRow {
  resource_id: string;
  kind: ClaimKind;
  booking_id: string | null;
  starts_ms: string;
  ends_ms: string;
}

/**
 * Puts guests in areas, and gives up those of `givenUp` bookings. Answers the areas that are too full; what was taken then has to be
 * rolled back by the caller.
 */
export async function takeAreas(em: SqlEntityManager, owned: OwnedAreas[], givenUp: string[]): Promise<string[]> {
  const areaIds = JSON.stringify(owned.flatMap(({ areas }) => areas.map(({ areaId }) => areaId)));
  await em.execute(`select lock_places('{}', ${textArray}, ${textArray})`, [areaIds, JSON.stringify(givenUp)]);
  const full = await em.execute<{ area_id: string }[]>(
    `select area_id from take_areas(${wantedAreas}, ${textArray}) area_id`,
    [JSON.stringify(areaRows(owned)), JSON.stringify(givenUp)],
  );
  return [...new Set(full.map((row) => row.area_id))];
}

/** Guests in areas, and in whose name. */
export interface OwnedAreas {
  owner: ClaimOwner;
  orderId: string;
  areas: BoundedArea[];
}

/** Guests in areas as the functions in SQL read them. */
export function areaRows(owned: OwnedAreas[]): object[] {
  return owned.flatMap(({ owner, orderId, areas }) => areas.map((area) => areaRow(owner, orderId, area)));
}

/** Guests in one of them. */
export function areaRow(owner: ClaimOwner, orderId: string, area: BoundedArea): Record<string, unknown> {
  return {
    organisation_id: owner.organisationId,
    site_id: owner.siteId,
    area_id: area.areaId,
    starts_at: instantText(area.startsAtMs),
    ends_at: instantText(area.endsAtMs),
    kind: area.kind,
    guests: area.guests,
    capacity: area.capacity,
    max_baskets: area.basketsMax,
    order_id: orderId,
    booking_id: owner.bookingId,
    item_id: owner.itemId,
    expires_at: instantText(owner.expiresAtMs),
  };
}

/** Parameters of the functions in SQL, each from one JSON text. */
export const wantedAreas = 'array(select a from jsonb_populate_recordset(null::wanted_area, ?::jsonb) a)';
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
    shared_by: claim.sharedBy ?? null,
  };
}

export function instantText(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
