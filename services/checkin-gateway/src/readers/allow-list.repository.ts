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
}

/** Whose media are asked for: of those who hold anything at the device's site in a stretch of time, and of its staff. */
export interface CandidatesQuestion {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly staffCustomerIds: readonly string[];
}

/** The media that may open a device's door in a stretch of time; those that are blocked, banned or erased are left out. */
export async function findCandidates(
  em: SqlEntityManager,
  { organisationId, siteId }: Pick<DeviceRow, 'organisationId' | 'siteId'>,
  { fromMs, untilMs, staffCustomerIds }: CandidatesQuestion,
): Promise<Candidate[]> {
  const rows = await em.execute<CandidateColumns[]>(
    `select m.kind, m.value, m.customer_id as "customerId", held.memberships, booked.bookings
     from known_media m
     join known_customers c on c.id = m.customer_id and c.organisation_id = m.organisation_id
     left join lateral (
       select jsonb_agg(jsonb_build_object('id', k.id, 'siteId', k.site_id, 'status', k.status,
         'attentionReason', k.attention_reason, 'startDate', k.start_date, 'endDate', k.end_date,
         'visitsRemaining', visits_left(k.id, k.visit_limit))) as memberships
       from known_memberships k
       where k.organisation_id = m.organisation_id and k.customer_id = m.customer_id and k.site_id = ?) held on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('siteId', b.site_id, 'startMs', (extract(epoch from b.starts_at) * 1000)::bigint,
         'endMs', (extract(epoch from b.ends_at) * 1000)::bigint)) as bookings
       from known_bookings b
       where b.organisation_id = m.organisation_id and b.customer_id = m.customer_id and b.site_id = ?
         and b.ends_at > ? and b.starts_at < ?) booked on true
     where m.organisation_id = ? and m.blocked_at is null and c.access_blocked_at is null and c.erased_at is null
       and (held.memberships is not null or booked.bookings is not null or ?::jsonb @> to_jsonb(m.customer_id))
     order by m.kind, m.value`,
    [
      siteId,
      siteId,
      new Date(fromMs),
      new Date(untilMs + earlyMaxMs),
      organisationId,
      JSON.stringify(staffCustomerIds),
    ],
  );
  return rows.map(({ kind, value, customerId, memberships, bookings }) => ({
    kind: kind === 'MEDIUM_KIND_WEARABLE' ? 'rfid_uid' : 'barcode',
    value,
    holder: { customerId, memberships: memberships ?? [], bookings: bookings ?? [] },
  }));
}

/** Bookings open doors some time before they begin; how long a site's rules say, and never as long as this. */
const earlyMaxMs = 24 * 3_600_000;
