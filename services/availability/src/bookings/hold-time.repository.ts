import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { isRetryable } from '@lido/runtime/db/map-database-error.ts';
import { type OwnedClaims, textArray, wantedClaims, wantedRows } from '../claims/claim.repository.ts';
import type { TakenClaim } from '../claims/claim.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { SiteChange } from '../sites/site-version.repository.ts';
import { type Booking, bookingRecord } from './booking.repository.ts';

/** What a hold writes: claims, the bookings that own them, and what changes for those who keep the site in memory. */
export interface Holding {
  owned: OwnedClaims[];
  givenUp: string[];
  bookings: Booking[];
  taken: TakenClaim[];
}

const siteChanged = 'LD001';
const foreignItem = 'LD002';

/**
 * Holds all or nothing in one statement, which is its own transaction. False when somebody has taken the time, or when the
 * site has changed in a way that the solver has to look at; both ask for another plan.
 */
export async function holdTime(em: SqlEntityManager, site: VersionedSite, holding: Holding): Promise<boolean> {
  const { owned, givenUp, bookings, taken } = holding;
  const change: SiteChange = { kind: 'claims', released: givenUp, taken };
  try {
    const [row] = await em.execute<{ is_held: boolean }[]>(
      `select hold_time(${wantedClaims}, ${textArray}, ?::jsonb, ?, ?, ?, ?::jsonb) as is_held`,
      [
        JSON.stringify(wantedRows(owned)),
        JSON.stringify(givenUp),
        JSON.stringify(bookings.map(bookingRecord)),
        site.site.id,
        site.version,
        hasDailyMaxima(site),
        JSON.stringify(change),
      ],
    );
    return row?.is_held === true;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === foreignItem) throw invalid({ item_id: ['This item belongs to another order.'] });
    if (code === siteChanged || isRetryable(error)) return false;
    throw error;
  }
}

/** Claims of the same day count against a daily maximum, so that those that came meanwhile have to be looked at too. */
function hasDailyMaxima({ compiled }: VersionedSite): boolean {
  return compiled.model.practitioners.some(({ restrictions }) =>
    restrictions.some(({ type }) => type === 'max_duration'),
  );
}
