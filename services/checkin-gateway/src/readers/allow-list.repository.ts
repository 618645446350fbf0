import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { HeldBooking, HeldMembership } from '../visits/decision.ts';
import type { Candidate } from './allow-list.ts';

interface CandidateColumns {
  kind: string;
  value: string;
  customerId: string;
  memberships: HeldMembership[] | null;
  bookings: HeldBooking[] | null;
  mayEnter: boolean;
  insideUntil: string | null;
}

/** Whose media are asked for: of those who hold anything at the device's site in a stretch of time, and of its staff. */
export interface CandidatesQuestion {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly staffCustomerIds: readonly string[];
}

/**
 * The media that may open a device's door in a stretch of time, customers' own ids among them. What is blocked or whose holder is banned is
 * there only where the door lets out too and the holder is inside.
 */
export async function findCandidates(
  em: SqlEntityManager,
  { organisationId, siteId, direction }: Pick<DeviceRow, 'organisationId' | 'siteId' | 'direction'>,
  { fromMs, untilMs, staffCustomerIds }: CandidatesQuestion,
): Promise<Candidate[]> {
  const [from, until] = [new Date(fromMs), new Date(untilMs + earlyMaxMs)];
  const rows = await em.execute<CandidateColumns[]>(
    `with people as materialized (
       select c.id, c.access_blocked_at is null as "isAllowed", held.memberships, booked.bookings, inside.ends_by as "insideUntil"
       from known_customers c
       left join visits inside on ? and inside.organisation_id = c.organisation_id and inside.customer_id = c.id
         and inside.site_id = ? and inside.checked_out_at is null and inside.deleted_at is null and inside.ends_by > ?
       left join lateral (
         select jsonb_agg(jsonb_build_object('id', k.id, 'siteId', k.site_id, 'status', k.status,
           'attentionReason', k.attention_reason, 'startDate', k.start_date, 'endDate', k.end_date,
           'visitsRemaining', visits_left(k.id, k.visit_limit))) as memberships
         from known_memberships k
         where k.organisation_id = c.organisation_id and k.customer_id = c.id and k.site_id = ?) held on true
       left join lateral (
         select jsonb_agg(jsonb_build_object('siteId', b.site_id, 'startMs', (extract(epoch from b.starts_at) * 1000)::bigint,
           'endMs', (extract(epoch from b.ends_at) * 1000)::bigint)) as bookings
         from known_bookings b
         where b.organisation_id = c.organisation_id and b.customer_id = c.id
           and b.site_id = ? and b.ends_at > ? and b.starts_at < ?) booked on true
       where c.organisation_id = ? and c.erased_at is null and (inside.id is not null or c.access_blocked_at is null
         and (held.memberships is not null or booked.bookings is not null or ?::jsonb @> to_jsonb(c.id)))),
     media as (
       select customer_id, kind, value, blocked_at from known_media where organisation_id = ?
       union all select id, 'OWN_ID', id, null from people)
     select m.kind, m.value, p.id as "customerId", p.memberships, p.bookings, p."insideUntil",
       p."isAllowed" and m.blocked_at is null as "mayEnter"
     from people p join media m on m.customer_id = p.id
     where m.blocked_at is null or p."insideUntil" is not null order by m.kind, m.value`,
    [
      ...[direction === 'DEVICE_DIRECTION_TOGGLE', siteId, from],
      ...[siteId, siteId, from, until, organisationId, JSON.stringify(staffCustomerIds), organisationId],
    ],
  );
  return rows.map(({ kind, value, customerId, memberships, bookings, mayEnter, insideUntil }) => ({
    kind: kind === 'MEDIUM_KIND_WEARABLE' ? 'rfid_uid' : 'barcode',
    value,
    holder: { customerId, memberships: memberships ?? [], bookings: bookings ?? [] },
    mayEnter,
    insideUntilMs: insideUntil === null ? undefined : Date.parse(insideUntil),
  }));
}

/** Bookings open doors some time before they begin; how long a site's rules say, and never as long as this. */
const earlyMaxMs = 24 * 3_600_000;
