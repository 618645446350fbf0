import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { claimKey } from '../claims/claim.ts';
import { rulesByParent, type RulesByParent } from '../offerings/rule.repository.ts';
import { bookingRules, toAvailabilityRule, toPriceRule } from '../sites/site-model.ts';
import type { AreaBookingType, AreaClaim, AreaModels } from '../solver/model.ts';
import { AreaBookingTypeEntity, type AreaBookingTypeRow } from './area-booking-type.entity.ts';
import { BookableAreaEntity } from './bookable-area.entity.ts';

const plain = { disableIdentityMap: true } as const;

/** A site's live areas in their order, what can be booked of them, and who is in them. */
export async function loadAreas(
  em: SqlEntityManager,
  siteId: string,
): Promise<{ types: AreaBookingTypeRow[]; models: AreaModels }> {
  const ofSite = { siteId, deletedAt: null };
  const inOrder = { ...plain, orderBy: { position: 'asc', name: 'asc', id: 'asc' } } as const;
  const areas = await em.find(BookableAreaEntity, ofSite, inOrder);
  const types = await em.find(AreaBookingTypeEntity, ofSite, { ...plain, orderBy: { name: 'asc', id: 'asc' } });
  const rules = await rulesByParent(
    em,
    [...areas, ...types].map(({ id }) => id),
  );
  return {
    types,
    models: {
      areas: areas.map(({ id, name, capacity }) => ({
        ...{ id, name, capacity },
        availabilityRules: rules.availability(id).map(toAvailabilityRule),
      })),
      areaBookingTypes: types.map((type) => toAreaBookingType(type, rules)),
      areaClaims: await loadAreaClaims(em, siteId),
    },
  };
}

function toAreaBookingType(row: AreaBookingTypeRow, rules: RulesByParent): AreaBookingType {
  return {
    id: row.id,
    name: row.name,
    areaIds: row.areaIds,
    startTimeIntervalMinutes: row.startTimeInterval,
    minDurationMinutes: row.minDuration,
    maxDurationMinutes: row.maxDuration,
    durationIntervalMinutes: row.durationInterval,
    endBufferMinutes: row.endBuffer,
    basketsMax: row.maxBaskets ?? null,
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
    ...bookingRules(row),
    availabilityRules: rules.availability(row.id).map(toAvailabilityRule),
    priceRules: rules.prices(row.id).map(toPriceRule),
  };
}

interface AreaClaimRow {
  area_id: string;
  from_ms: string;
  to_ms: string;
  expires_ms: string | null;
  kind: 'booking' | 'block';
  guests: number;
  max_baskets: number | null;
  booking_id: string;
  item_id: string;
  order_id: string;
}

async function loadAreaClaims(em: SqlEntityManager, siteId: string): Promise<AreaClaim[]> {
  const rows = await em.execute<AreaClaimRow[]>(
    `select area_id, (extract(epoch from lower(during)) * 1000)::bigint as from_ms,
            (extract(epoch from upper(during)) * 1000)::bigint as to_ms, (extract(epoch from expires_at) * 1000)::bigint as expires_ms,
            kind, guests, max_baskets, booking_id, item_id, order_id
     from area_claims where active and site_id = ? and upper(during) > lido_now() - interval '1 day'`,
    [siteId],
  );
  return rows.map((row) => ({
    id: claimKey(row.booking_id, row.area_id, 0),
    areaId: row.area_id,
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    kind: row.kind,
    guests: row.guests,
    basketsMax: row.max_baskets,
    expiresAtMs: row.expires_ms === null ? null : Number(row.expires_ms),
    bookingId: row.booking_id,
    itemId: row.item_id,
    orderId: row.order_id,
  }));
}
