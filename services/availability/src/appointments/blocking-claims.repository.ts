import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { ClaimKind } from '../claims/claim.ts';
import { instantText, textArray } from '../claims/claim.repository.ts';

/** A claim that is in the way, and the order it is for, if it is an order's. */
export interface BlockingClaim {
  resourceId: string;
  kind: ClaimKind;
  siteId: string;
  orderId: string | null;
  startsAtMs: number;
  endsAtMs: number;
}

/** Who holds resources in a time, beside one booking; ascending by start. */
export async function claimsDuring(
  em: SqlEntityManager,
  { resourceIds, startsAtMs, endsAtMs }: { resourceIds: string[]; startsAtMs: number; endsAtMs: number },
  besideBookingId: string,
): Promise<BlockingClaim[]> {
  return em.execute<BlockingClaim[]>(
    `select c.resource_id as "resourceId", c.kind, c.site_id as "siteId", b.order_id as "orderId",
       (extract(epoch from lower(c.during)) * 1000)::float8 as "startsAtMs",
       (extract(epoch from upper(c.during)) * 1000)::float8 as "endsAtMs"
     from claims c left join bookings b on b.id = c.booking_id
     where c.active and c.resource_id = any (${textArray}) and c.during && tstzrange(?, ?, '[)')
       and not (c.kind = 'guest' and c.unit > 0)
       and c.booking_id is distinct from ? and (c.expires_at is null or c.expires_at > lido_now())
     order by c.during, c.resource_id`,
    [JSON.stringify(resourceIds), instantText(startsAtMs), instantText(endsAtMs), besideBookingId],
  );
}
