import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { isRetryable } from '@lido/runtime/db/map-database-error.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import { areaRow, instantText, wantedRows } from '../claims/claim.repository.ts';
import type { ClaimKind } from '../claims/claim.ts';
import type { Overrider } from '@lido/runtime/grpc/overrider.ts';
import { reasonMessage, takenReason } from '../solver/reason.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import type { SiteChange, SiteVersion, VersionedChange } from '../sites/site-version.repository.ts';
import type { Booking } from './booking.ts';
import { bookingRecord } from './booking.repository.ts';
import { dailyLimits } from './daily-limits.ts';
import { alreadyTaken } from './hold-order.ts';
import type { Holding, OwnedPlan } from './item-plan.ts';

/** What is counted rather than claimed and has no room for a hold. */
export interface TooFull {
  kind: 'session' | 'area' | 'daily_maximum' | 'member_limit';
  resourceId: string;
}

/** How a hold ended, and which bookings lost by it. `again`: somebody was quicker, or the site has changed in a way that the solver has to look at. */
export type HoldOutcome =
  | { bookings: Booking[]; isUndone?: boolean; lost?: string[] }
  | { tooFull: TooFull[] }
  | 'again';

export interface HoldOptions {
  /** Who takes what others hold. */
  overrider?: Overrider | null;
  /** Does all of it and undoes it. */
  isDryRun?: boolean;
}

/** Items that an order gives back, all when none is named. */
export interface Release {
  orderId: string;
  itemIds: string[];
}

const siteChanged = 'LD001';
const foreignItem = 'LD002';
const noRoom = 'LD003';
const dryRun = 'LD004';
const changedMeanwhile = 'LD005';
const notOverridable = 'LD006';

/** The reason of a change that was made from a state of its booking that is no more. */
export const bookingChanged = 'booking_changed';

function changedBooking(): Refusal {
  return new Refusal(
    'concurrent_change',
    bookingChanged,
    'This booking has just been changed. Please look at it again.',
  );
}

/** What somebody holds where the overrider may not take it. */
function notOverridden(kinds: ClaimKind[], zone: string): Refusal {
  const [reason = 'no_practitioners_available', ...others] = kinds.map((kind) => takenReason[kind]);
  return alreadyTaken(reasonMessage(reason, true), [reason, ...others], [], zone);
}

/** Holds all of a plan, in one statement which is its own transaction unless there is one already. */
export async function holdTime(
  em: SqlEntityManager,
  site: VersionedSite,
  holding: Holding,
  options: HoldOptions = {},
): Promise<HoldOutcome> {
  try {
    const {
      held: [bookings],
      lost,
    } = await exchangeTime(em, { siteId: site.site.id, site, holdings: [holding], releases: [] }, options);
    return bookings ? { bookings, lost } : 'again';
  } catch (error) {
    const { code, detail } = error as { code?: string; detail?: string };
    if (code === dryRun) return { bookings: holding.bookings, isUndone: true };
    if (code === noRoom) return { tooFull: JSON.parse(detail ?? '[]') as TooFull[] };
    if (code === foreignItem)
      throw invalid({ item_id: ['This item belongs to another order, or is booked for good.'] });
    if (code === notOverridable) throw notOverridden(JSON.parse(detail ?? '[]') as ClaimKind[], site.site.timezone);
    if (code === changedMeanwhile) throw changedBooking();
    if (code === siteChanged || isRetryable(error)) return 'again';
    throw error;
  }
}

/** Gives items back; doing it again changes nothing. */
export async function releaseTime(em: SqlEntityManager, release: Release): Promise<void> {
  await exchangeTime(em, { siteId: null, site: null, holdings: [], releases: [release] });
}

/** What is held and given back in one step at a site. */
export interface Exchange {
  siteId: string | null;
  /** As the holdings were planned from it; null where nothing is held. */
  site: VersionedSite | null;
  holdings: Holding[];
  releases: Release[];
}

/** What has become of an exchange. */
export interface Exchanged {
  /** The bookings of each holding, or undefined for one whose time somebody has by now: the others stand. */
  held: (Booking[] | undefined)[];
  /** The site's version that it made, with its change, and the one before. Undefined where nothing has changed. */
  made: { before: SiteVersion; change: VersionedChange } | undefined;
  /** Whether any of it was of seats or areas, which others may wait for. */
  hasPlaces: boolean;
  /** The bookings that an overrider took something from. */
  lost: string[];
}

/** Gives back and holds in one statement. When it throws, nothing has happened to anybody. */
export async function exchangeTime(
  em: SqlEntityManager,
  { siteId, site, holdings, releases }: Exchange,
  { overrider = null, isDryRun = false }: HoldOptions = {},
): Promise<Exchanged> {
  const [row] = await em.execute<{ done: Done }[]>(
    'select exchange_time(?::jsonb, ?::jsonb, ?, ?, ?, ?::jsonb, ?) as done',
    [
      JSON.stringify(site ? holdings.map((holding) => holdRecord(site, holding)) : []),
      JSON.stringify(releases.map(({ orderId, itemIds }) => ({ order_id: orderId, item_ids: itemIds }))),
      ...[siteId, site?.version ?? 0, site?.stamp ?? 0],
      overrider && JSON.stringify(overrider),
      isDryRun,
    ],
  );
  if (!row) throw new Error('The exchange answered nothing.');
  const { saved } = row.done;
  const isHeld = ({ bookings }: Holding): boolean => bookings.every(({ id }) => saved[id]);
  return {
    held: holdings.map((holding) =>
      isHeld(holding) ? holding.bookings.map((booking) => ({ ...booking, ...saved[booking.id] })) : undefined,
    ),
    made: madeBy(row.done, holdings.filter(isHeld)),
    hasPlaces: row.done.hasPlaces ?? false,
    lost: row.done.lost ?? [],
  };
}

interface Done {
  saved: Record<string, Pick<Booking, 'createdAtMs' | 'revision'>>;
  /** Ids of bookings. */
  released?: string[];
  version?: number | null;
  stamp?: string;
  stampBefore?: string;
  hasPlaces?: boolean;
  lost?: string[];
}

function madeBy({ saved, released = [], version, stamp, stampBefore }: Done, held: Holding[]): Exchanged['made'] {
  if (!version || stamp === undefined || stampBefore === undefined) return undefined;
  const change: SiteChange = {
    kind: 'claims',
    released: [...released, ...Object.keys(saved)],
    taken: held.flatMap(({ taken }) => taken),
    takenAreas: held.flatMap(({ takenAreas }) => takenAreas),
  };
  return { before: { version: version - 1, stamp: stampBefore }, change: { version, stamp, change } };
}

/** A plan as the functions in SQL read it. What its items held before is given up in the same step; for new items that is nothing. */
function holdRecord({ compiled }: VersionedSite, { plans, bookings, taken, takenAreas }: Holding): object {
  return {
    wanted: wantedRows(plans.map(({ owner, plan: { wanted } }) => ({ owner, wanted }))),
    seats: plans.flatMap(seatRows),
    areas: plans.flatMap(({ owner, orderId, plan: { areas } }) => areas.map((area) => areaRow(owner, orderId, area))),
    held: bookings.map(bookingRecord),
    limits: bookings.flatMap(({ request }, index) => limitRows(compiled, request, plans[index])),
    taken,
    takenAreas,
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
