import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { isRetryable } from '@lido/runtime/db/map-database-error.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { type OwnedClaims, wantedRows } from '../claims/claim.repository.ts';
import type { TakenClaim } from '../claims/claim.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { SiteChange } from '../sites/site-version.repository.ts';
import { type Booking, bookingRecord } from './booking.repository.ts';

/** One way to hold what is asked for: claims, the bookings that own them, and the claims as those who keep the site in memory need them. */
export interface Holding {
  owned: OwnedClaims[];
  bookings: Booking[];
  taken: TakenClaim[];
}

const siteChanged = 'LD001';
const foreignItem = 'LD002';

/**
 * Holds the first of several plans that is still free, all of it, in one statement which is its own transaction. Answers its bookings.
 * Undefined when somebody has taken the time of all, or when the site has changed in a way that the solver has to look at.
 */
export async function holdTime(
  em: SqlEntityManager,
  site: VersionedSite,
  holdings: Holding[],
): Promise<Booking[] | undefined> {
  try {
    const [row] = await em.execute<{ held: { plan: number; createdAtMs: Record<string, number> } | null }[]>(
      'select hold_time(?::jsonb, ?, ?, ?) as held',
      [JSON.stringify(holdings.map(planOf)), site.site.id, site.version, hasDailyMaxima(site)],
    );
    if (!row?.held) return undefined;
    const { plan, createdAtMs } = row.held;
    return holdings[plan]?.bookings.map((booking) => ({
      ...booking,
      createdAtMs: createdAtMs[booking.id] ?? booking.createdAtMs,
    }));
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === foreignItem) throw invalid({ item_id: ['This item belongs to another order.'] });
    if (code === siteChanged || isRetryable(error)) return undefined;
    throw error;
  }
}

/** What the items held before is given up in the same step; for new items that is nothing. */
function planOf({ owned, bookings, taken }: Holding): object {
  const givenUp = bookings.map(({ id }) => id);
  const change: SiteChange = { kind: 'claims', released: givenUp, taken };
  return { wanted: wantedRows(owned), givenUp, held: bookings.map(bookingRecord), change };
}

/** Claims of the same day count against a daily maximum, so that those that came meanwhile have to be looked at too. */
function hasDailyMaxima({ compiled }: VersionedSite): boolean {
  return compiled.model.practitioners.some(({ restrictions }) =>
    restrictions.some(({ type }) => type === 'max_duration'),
  );
}
