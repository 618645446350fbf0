import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { isRetryable } from '@lido/runtime/db/map-database-error.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import { areaRow, instantText, wantedRows } from '../claims/claim.repository.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import type { SiteChange } from '../sites/site-version.repository.ts';
import type { Booking } from './booking.ts';
import { bookingRecord } from './booking.repository.ts';
import { dailyLimits } from './daily-limits.ts';
import type { Holding, OwnedPlan } from './item-plan.ts';

/** What stands in the way of a hold. Sessions and areas that are full have no times of their own. */
export interface Blocker {
  kind: string;
  resourceId: string;
  bookingId?: string | null;
  startsAtMs?: number;
  endsAtMs?: number;
}

/** How a hold ended. `again`: the site has changed in a way that the solver has to look at. */
export type HoldOutcome = { bookings: Booking[]; isUndone?: boolean } | { blocked: Blocker[] } | 'again';

export interface HoldOptions {
  /** Who takes what others hold. */
  overridingActor?: string | null;
  /** Does all of it and undoes it. */
  isDryRun?: boolean;
}

const siteChanged = 'LD001';
const foreignItem = 'LD002';
const dryRun = 'LD004';
const changedMeanwhile = 'LD005';

/** The reason of a change that was made from a state of its booking that is no more. */
export const bookingChanged = 'booking_changed';

function changedBooking(): Refusal {
  return new Refusal(
    'concurrent_change',
    bookingChanged,
    'This booking has just been changed. Please look at it again.',
  );
}

/**
 * Holds the first of several plans that is still free, all of it, in one statement which is its own transaction. When none is, it
 * answers what blocks the last.
 */
export async function holdTime(
  em: SqlEntityManager,
  site: VersionedSite,
  holdings: Holding[],
  { overridingActor = null, isDryRun = false }: HoldOptions = {},
): Promise<HoldOutcome> {
  try {
    const [row] = await em.execute<
      {
        held:
          | { plan: number; saved: Record<string, Pick<Booking, 'createdAtMs' | 'revision'>> }
          | { blocked: Blocker[] };
      }[]
    >('select hold_time(?::jsonb, ?, ?, ?, ?, ?) as held', [
      JSON.stringify(holdings.map((holding) => planOf(site, holding))),
      site.site.id,
      site.version,
      site.stamp,
      overridingActor,
      isDryRun,
    ]);
    if (!row) throw new Error('The hold answered nothing.');
    if ('blocked' in row.held) return row.held;
    const { plan, saved } = row.held;
    const bookings = holdings[plan]?.bookings ?? [];
    return { bookings: bookings.map((booking) => ({ ...booking, ...saved[booking.id] })) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === dryRun)
      return { bookings: holdings[Number(/\d+/.exec(message)?.[0] ?? 0)]?.bookings ?? [], isUndone: true };
    if (code === foreignItem)
      throw invalid({ item_id: ['This item belongs to another order, or is booked for good.'] });
    if (code === changedMeanwhile) throw changedBooking();
    if (code === siteChanged || isRetryable(error)) return 'again';
    throw error;
  }
}

/** What the items held before is given up in the same step; for new items that is nothing. */
function planOf({ compiled }: VersionedSite, { plans, bookings, taken, takenAreas }: Holding): object {
  const givenUp = bookings.map(({ id }) => id);
  const change: SiteChange = { kind: 'claims', released: givenUp, taken, takenAreas };
  return {
    wanted: wantedRows(plans.map(({ owner, plan: { wanted } }) => ({ owner, wanted }))),
    seats: plans.flatMap(seatRows),
    areas: plans.flatMap(({ owner, orderId, plan: { areas } }) => areas.map((area) => areaRow(owner, orderId, area))),
    givenUp,
    held: bookings.map(bookingRecord),
    limits: bookings.flatMap(({ request }, index) => limitRows(compiled, request, plans[index])),
    change,
  };
}

function seatRows({ plan: { seats }, owner, orderId }: OwnedPlan): object[] {
  return seats.map(({ sessionId, guests }) => ({
    ...{ session_id: sessionId, booking_id: owner.bookingId, order_id: orderId, guests },
    expires_at: instantText(owner.expiresAtMs),
  }));
}

/** Who skips the rules is not bound by what a practitioner may do in a day. */
function limitRows(compiled: CompiledSite, { skipsRules }: Booking['request'], owned: OwnedPlan | undefined): object[] {
  if (skipsRules || !owned) return [];
  return dailyLimits(compiled, owned.plan).map((limit) => ({
    resource_id: limit.practitionerId,
    ...{ day_from: instantText(limit.dayFromMs), day_to: instantText(limit.dayToMs) },
    ...{ appointment_type_ids: limit.appointmentTypeIds, category_ids: limit.categoryIds },
    max_minutes: limit.maxMinutes,
  }));
}
