import { randomInt } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { HeldItem, HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { activeMemberships, asksForMembership } from '../offerings/memberships.client.ts';
import { findOffering, requireGuests, toOfferingDetails } from '../offerings/offering.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import { claimsOwnedBy } from '../solver/compile-site.ts';
import { reasonMessage } from '../solver/reason.ts';
import { mayMeet } from '../solver/guest-sharing.ts';
import { guestSharing } from '../solver/packages/package-model.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { BookedRequest, Booking } from './booking.ts';
import { toHeldItem } from './held-item.ts';
import { isMereHold } from './hold-batches.repository.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem, type PackagePart } from './hold-order.ts';
import { type HoldOutcome, holdTime } from './hold-time.repository.ts';
import { holdingOf, type ItemPlan } from './item-plan.ts';
import { tellOfLosses } from './override.repository.ts';
import { requirePackageRules } from './package-rules.repository.ts';
import type { BookingParts } from './parts.ts';
import { type Planning, planAppointments } from './plan-appointments.ts';
import { planAreas } from './plan-areas.ts';
import { planSession } from './plan-sessions.repository.ts';
import { supposing } from './supposing.ts';

const attemptsMax = 24;

/** Why an item can not be held where something is counted rather than claimed. */
const countedReasons: Record<string, { reason: string; message: string } | undefined> = {
  session: { reason: 'session_full', message: sessionMessage('session_full') },
  daily_maximum: {
    reason: 'no_practitioners_available',
    message: reasonMessage('no_practitioners_available'),
  },
};

/** Holds items of all kinds, all or none, and answers them as they are held. */
export async function holdItems(
  parts: BookingParts,
  order: HoldOrder,
  items: HoldItem[],
  options: { call: Call; tell?: Tell | undefined },
): Promise<HeldItem[]> {
  const offered = items.map((item) => offeredItem(order, item));
  return heldItems(order, offered, await holdOffered(parts, order, offered, options));
}

/**
 * The same from memory, which saves a look at the site: the exchange proves what it grants. Undefined where it is not granted, because
 * only who has looked may refuse.
 */
export async function holdFromMemory(
  { batches }: BookingParts,
  order: HoldOrder,
  items: HoldItem[],
  { signal }: Call,
): Promise<HeldItem[] | undefined> {
  try {
    const offered = items.map((item) => offeredItem(order, item));
    if (!isMereHold(order, offered) || offered.some(({ offering }) => asksForMembership(offering))) return undefined;
    const itemIds = items.map(({ itemId }) => itemId);
    const planning: Planning = { site: order.versioned, order, memberships: [], itemIds, rotateBy: randomInt(1_000) };
    const outcome = await batches.hold({ planning, items: offered, signal });
    return outcome !== 'again' && 'bookings' in outcome ? heldItems(order, offered, outcome.bookings) : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function heldItems(order: HoldOrder, offered: OfferedItem[], bookings: Booking[]): HeldItem[] {
  return bookings.map((booking) => {
    const { offering } = offered.find(({ item }) => item.itemId === booking.itemId) ?? {};
    if (!offering) throw new Error(`The booking ${booking.id} was not asked for.`);
    return toHeldItem(booking, toOfferingDetails(offering, order.site.currency), order.site.timezone);
  });
}

/**
 * The same with the bookings as they are kept: the solver proposes from the cache, the database disposes, and the site's version
 * proves that nothing the solver relied on has changed in between. Who loses a race plans anew. Mere holds of appointments are made
 * in company. A dry run does the very same and undoes it. `tell` writes what is to be told of it in the same transaction,
 * as it is told of what others lose by it.
 */
export async function holdOffered(
  parts: BookingParts,
  order: HoldOrder,
  items: OfferedItem[],
  { call, isDryRun = false, tell }: { call: Call; isDryRun?: boolean; tell?: Tell | undefined },
): Promise<Booking[]> {
  if (items.length === 0) return [];
  const memberships = await activeMemberships(parts, order, items, call);
  const itemIds = items.map(({ item }) => item.itemId);
  const turn = randomInt(1_000);
  const isInCompany = !tell && !isDryRun && isMereHold(order, items);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const site = attempt === 0 ? order.versioned : await siteNow(parts, order, call);
    const planning: Planning = { site, order, memberships, itemIds, rotateBy: turn + attempt };
    const outcome = isInCompany
      ? await parts.batches.hold({ planning, items, signal: call.signal })
      : await holdAlone(parts.db, planning, items, { call, isDryRun, tell });
    if (outcome === 'again') continue;
    if ('bookings' in outcome) return outcome.bookings;
    // Seats and days are counted anew by each plan, so what is refused twice may be the request's own items that do not fit together.
    const ownReason =
      attempt > 0 && items.length > 1
        ? outcome.tooFull.map(({ kind }) => countedReasons[kind]).find(Boolean)
        : undefined;
    if (ownReason) throw alreadyTaken(ownReason.message, [ownReason.reason], [], order.site.timezone);
  }
  throw alreadyTaken('Too many guests want this time at this moment. Please try again.', [], [], order.site.timezone);
}

async function holdAlone(
  db: Database,
  asked: Planning,
  items: OfferedItem[],
  { call, isDryRun, tell }: { call: Call; isDryRun: boolean; tell: Tell | undefined },
): Promise<HoldOutcome> {
  // A copy keeps the version that this plan is made from, while others go on with the site itself.
  const planning = { ...asked, site: { ...asked.site } };
  const { site, order } = planning;
  const plans = await planAll(planning, items, call);
  await requirePackageRules(call.em, planning, items, plans);
  const holding = holdingOf(order, plans);
  const { overrider } = order;
  const hold = (em: SqlEntityManager): Promise<HoldOutcome> => holdTime(em, site, holding, { isDryRun, overrider });
  if (!tell && !overrider) return hold(db.fork());
  return holdAndTell(db, hold, { tell, call });
}

/** Tells of what is held, in the transaction that holds it. */
export type Tell = (transaction: Transaction, bookings: Booking[]) => Promise<void>;

async function holdAndTell(
  db: Database,
  hold: (em: SqlEntityManager) => Promise<HoldOutcome>,
  { tell, call: { actor, requestId } }: { tell: Tell | undefined; call: Call },
): Promise<HoldOutcome> {
  try {
    return await db.transaction(async (em) => {
      const outcome = await hold(em);
      if (outcome === 'again' || 'tooFull' in outcome || outcome.isUndone) throw new NothingHeld(outcome);
      const transaction: Transaction = { em, emit: (event) => writeEvent(em, event, { actor, requestId }) };
      await tell?.(transaction, outcome.bookings);
      await tellOfLosses(outcome.lost ?? [], transaction);
      // What others will hear of has to outlive a crash, unlike a mere hold.
      await em.execute(`select set_config('synchronous_commit', 'on', true)`);
      return outcome;
    });
  } catch (error) {
    if (error instanceof NothingHeld) return error.outcome;
    throw error;
  }
}

/** Ends a transaction in which nothing is held. */
class NothingHeld extends Error {
  readonly outcome: HoldOutcome;

  constructor(outcome: HoldOutcome) {
    super('Nothing is held.');
    this.outcome = outcome;
  }
}

/** A way to hold everything: what has no choice first, then what shares, then the appointments around it. */
async function planAll(planning: Planning, items: OfferedItem[], call: Call): Promise<ItemPlan[]> {
  const ofType = (type: string): OfferedItem[] => items.filter(({ offering }) => offering.type === type);
  const sessions: ItemPlan[] = [];
  for (const session of ofType('session')) {
    // A package is sold for what it has, so that nothing in it waits for a place.
    const order = session.inPackage ? { ...planning.order, mayWait: false } : planning.order;
    sessions.push(await planSession(call.em, { ...planning, order }, session, sessions));
    checkApart(sessions, planning.order);
  }
  return supposing(planning.site.compiled, (suppose) => {
    suppose.taken(sessions);
    const areas = planAreas(planning, ofType('area_booking'));
    suppose.taken(areas);
    return [...sessions, ...areas, ...planAppointments(planning, ofType('appointment'))];
  });
}

/** Two items of one request can not have a guest at two places at once. */
function checkApart(plans: ItemPlan[], { site }: HoldOrder): void {
  const last = plans.at(-1);
  const isElsewhere = plans
    .slice(0, -1)
    .some(
      ({ startMs, endMs, item }) =>
        last &&
        startMs < last.endMs &&
        last.startMs < endMs &&
        !mayMeet(item.sharing, last.item.sharing) &&
        item.guestIds.some((id) => last.item.guestIds.includes(id)),
    );
  if (!isElsewhere) return;
  throw alreadyTaken('A guest can not take part in two sessions at once.', ['guest_unavailable'], [], site.timezone);
}

async function siteNow(parts: BookingParts, { site }: HoldOrder, call: Call): Promise<VersionedSite> {
  const versioned = await parts.compiledSites.get(site.id, call);
  if (!versioned) throw invalid({ site_id: [`There is no site ${site.id}.`] });
  return versioned;
}

/** An item with its offering, or the refusal of one that is not sold here or not to so many. */
export function offeredItem(order: HoldOrder, item: BookedRequest): OfferedItem {
  const { offerings, former } = order.versioned;
  const offering =
    findOffering(offerings, item.offeringType, item.offeringId) ??
    (isHeldAlready(order, item) ? findOffering(former, item.offeringType, item.offeringId) : undefined);
  if (offering?.type === 'package') throw invalid({ offering_id: ['A package takes time by what is chosen in it.'] });
  // What a package offers need not be offered by itself.
  const isSold = offering && (!order.isOnline || offering.row.offeredOnline || Boolean(item.packageItemOf));
  if (!isSold)
    throw invalid({
      offering_id: [`This site does not offer the ${item.offeringType || 'offering'} ${item.offeringId}.`],
    });
  if (!order.skipRules) requireGuests(offering, item.guests);
  const inPackage = packagePartOf(order, item);
  const sharing = inPackage
    ? guestSharing(inPackage.offering.model, inPackage.choice, item.packageItemOf ?? '')
    : item.packageItemOf && item.sharing;
  return {
    item: offering.type === 'area_booking' ? item : { ...item, sharing: sharing || undefined },
    offering,
    inPackage,
  };
}

/** Whether an item changes something of the same offering that is held or booked, which stays when the offering is archived or leaves the site. */
function isHeldAlready({ versioned, fromRevision }: HoldOrder, { itemId, offeringId }: BookedRequest): boolean {
  if (fromRevision !== undefined && fromRevision !== null) return true;
  return [...claimsOwnedBy(versioned.compiled, itemId)].some((claim) => claim.appointmentTypeId === offeringId);
}

/** The choice of a package that an item is chosen in; none where the package is gone. */
function packagePartOf(
  { versioned }: HoldOrder,
  { packageItemOf, packageChoiceId }: BookedRequest,
): PackagePart | undefined {
  if (!packageItemOf || !packageChoiceId) return undefined;
  for (const offering of versioned.offerings.values()) {
    if (offering.type !== 'package') continue;
    const choice = offering.model.choices.find(({ id }) => id === packageChoiceId);
    if (choice) return { offering, choice };
  }
  return undefined;
}
