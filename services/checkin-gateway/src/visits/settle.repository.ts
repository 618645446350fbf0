import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { decide } from './decide.ts';
import type {
  Action,
  Decision,
  DecisionInput,
  HeldMembership,
  Holder,
  OpenVisit,
  Outcome,
  PlacesLeft,
  Verdict,
} from './decision.ts';
import { doorSiteOf } from './door-site.ts';
import { membershipOf } from './entitlement.ts';
import type { Facts } from './facts.repository.ts';
import { foldVisits, openVisitOf } from './fold-visits.ts';
import type { Movement } from './movement.ts';
import type { MovementRecord } from './movement-record.ts';
import { recordOf } from './record-movement.repository.ts';
import type { StoredVisit } from './stored-visit.ts';
import type { TapCase } from './tap-case.repository.ts';
import { momentOf, movementOf } from './tap-movement.ts';
import type { TapFindings } from './tap.repository.ts';
import { beginTurn, type Turn } from './turn.repository.ts';
import {
  countInside,
  findLastCheckOutMs,
  lockSubject,
  saveRecord,
  type Visitor,
  type VisitTransaction,
} from './visit.repository.ts';
import { findVisitsLeft } from './visits-left.repository.ts';

/** What the rules make of a tap. */
export interface Settled {
  readonly verdict: Verdict;
  readonly checkInId: string | null;
  readonly previous: Decision | undefined;
  readonly findings: TapFindings;
}

/** The same with what is to be stored of it: nothing where nobody moved. */
export interface SettledTap extends Settled {
  readonly consequences: { readonly visitor: Visitor; readonly record: MovementRecord } | undefined;
}

/** What the rules say, and of which state of things. */
interface Judgement {
  readonly verdict: Verdict;
  readonly membershipId: string | null;
  readonly atMs: number;
  readonly open: OpenVisit | undefined;
  readonly turn: Turn;
}

/**
 * Decides a tap and says how the customer moved. The lock makes simultaneous taps of one customer follow each other, so that
 * the second sees the first one's visit.
 */
export async function settle(tapCase: TapCase, transaction: VisitTransaction, withinMs: number): Promise<SettledTap> {
  const { verdict, membershipId, open, turn, atMs } = await judge(tapCase, transaction, withinMs);
  const { previous } = turn;
  const movement = movementOf(tapCase, { atMs, membershipId });
  const checkInId = verdict.action === 'check_in' ? movement.visitId : (open?.id ?? null);
  const settled = { verdict, checkInId, previous, findings: findingsOf(tapCase, previous) };
  const visitor = visitorOf(tapCase);
  if (!visitor || verdict.outcome !== 'granted' || previous) return { ...settled, consequences: undefined };
  const record = await recordOf(visitor, movement, turn, transaction);
  return { ...settled, consequences: { visitor, record } };
}

/** How long a device that hands in its journal waits for one entry, in milliseconds. */
const replayWithinMs = 10_000;

/**
 * Takes in what a device decided without us. It is a fact whatever we would have said, which only flags it: whoever was let in has
 * moved at the device's time, and the visits of that time become what they would be had we heard of it at once.
 */
export async function settleReplay(
  tapCase: TapCase,
  deviceDecision: Outcome,
  transaction: VisitTransaction,
): Promise<Settled> {
  const { verdict, membershipId, atMs, turn } = await judge(tapCase, transaction, replayWithinMs);
  const told = { ...toldOf(verdict, deviceDecision), outcome: deviceDecision, action: 'none' } as const;
  const settled = { verdict: told, checkInId: null, previous: undefined, findings: findingsOf(tapCase, undefined) };
  const visitor = visitorOf(tapCase);
  if (deviceDecision === 'denied' || !visitor) return settled;
  const movement = movementOf(tapCase, { atMs, membershipId });
  const record = await recordOf(visitor, movement, turn, transaction);
  await saveRecord(visitor, record, transaction);
  const { action, visitId } = effectOf(movement, record.visits);
  return { ...settled, verdict: { ...told, action }, checkInId: visitId };
}

/** What is said of a device's own decision; where we would have decided otherwise it is flagged. */
function toldOf(verdict: Verdict, deviceDecision: Outcome): Pick<Verdict, 'reason' | 'flags'> {
  const refusal = verdict.outcome === 'denied' && verdict.reason !== 'duplicate' ? verdict.reason : undefined;
  if (deviceDecision === 'granted') return { reason: 'granted', flags: refusal ? [refusal] : verdict.flags };
  return refusal ? { reason: refusal, flags: [] } : { reason: 'denied_offline', flags: ['denied_offline'] };
}

/** Asks the rules about a tap as of its time, with the customer's lock taken. */
async function judge(tapCase: TapCase, { em, nowMs }: VisitTransaction, withinMs: number): Promise<Judgement> {
  const { tap, device, facts, policy } = tapCase;
  const customer = facts?.customer;
  const options = { customerId: customer?.id, windowMs: policy.duplicateMs, nowMs, withinMs };
  const turn = await beginTurn(em, tapCase, options);
  const { previous, episode } = turn;
  const subject = customer && { organisationId: device.organisationId, customerId: customer.id };
  const atMs = momentOf(tap, episode.at(-1));
  const before = episode.filter((movement) => movement.atMs <= atMs);
  const folded = openVisitOf(foldVisits(before, atMs));
  const isEntered = turn.visits.find(({ id }) => id === folded?.id)?.isEntered !== false;
  const open = folded && { ...folded, isEntered };
  const hasReentryDelay = subject && policy.reentryDelaySeconds > 0;
  const at = { siteId: device.siteId, at: new Date(atMs) };
  const lastCheckedOutMs = hasReentryDelay ? await findLastCheckOutMs(em, subject, at) : undefined;
  const memberships = await findVisitsLeft(em, facts?.memberships ?? []);
  const placesLeft = await findPlacesLeft(tapCase, em);
  const input = inputOf(tapCase, { atMs, previous, open, lastCheckedOutMs, memberships, placesLeft });
  return { verdict: decide(input), membershipId: membershipOf(input), atMs, open, turn };
}

/**
 * How much room there is where the door leads to. Whoever counts holds the site's lock until the end, so that two customers never
 * take the last place; a customer's lock always comes before it.
 */
async function findPlacesLeft({ device, policy, tap }: TapCase, em: SqlEntityManager): Promise<PlacesLeft> {
  const ofZone = policy.zoneCapacities.find(({ zone }) => zone === device.zone)?.capacity;
  if (device.direction === 'DEVICE_DIRECTION_OUT' || (policy.capacity === null && ofZone === undefined)) {
    return { site: null, zone: null };
  }
  await lockSubject(em, `site ${device.siteId}`);
  const left = async (capacity: number | undefined, zone: string | null): Promise<number | null> =>
    capacity === undefined ? null : capacity - (await countInside(em, { ...device, zone }, tap.occurredAt));
  return { site: await left(policy.capacity ?? undefined, null), zone: await left(ofZone, device.zone) };
}

/** Whose visits a tap may change: those of nobody when it is of somebody who works here or whom nobody knows. */
function visitorOf({ device, facts, policy }: TapCase): Visitor | undefined {
  const customer = facts?.customer;
  if (!customer || policy.staffCustomerIds.includes(customer.id)) return undefined;
  return { organisationId: device.organisationId, customerId: customer.id, customer };
}

/** What a movement that was heard of late did to the visits. */
function effectOf(
  { visitId, atMs }: Movement,
  visits: ReadonlyMap<string, StoredVisit>,
): { action: Action; visitId: string | null } {
  const begun = visits.get(visitId);
  if (begun && !begun.isTakenBack) return { action: 'check_in', visitId };
  const ended = [...visits.values()].find(
    ({ checkedOutMs, closedBy, isTakenBack }) => !isTakenBack && closedBy === 'tap' && checkedOutMs === atMs,
  );
  return ended ? { action: 'check_out', visitId: ended.id } : { action: 'none', visitId: null };
}

function findingsOf({ facts }: TapCase, previous: Decision | undefined): TapFindings {
  return { customerId: facts?.customer?.id, duplicateOf: previous?.eventId };
}

/** What only the transaction knows for certain. */
interface VisitState {
  readonly atMs: number;
  readonly previous: Decision | undefined;
  readonly open: OpenVisit | undefined;
  readonly lastCheckedOutMs: number | undefined;
  readonly memberships: readonly HeldMembership[];
  readonly placesLeft: PlacesLeft;
}

function inputOf({ device, medium, facts, site, policy }: TapCase, state: VisitState): DecisionInput {
  return {
    nowMs: state.atMs,
    isDeviceAllowed: device.isAllowed && site !== undefined,
    direction: device.direction,
    zone: device.zone,
    isReadable: medium !== undefined,
    previous: state.previous,
    mediumState: facts?.mediumState ?? 'unknown',
    holder: facts && holderOf(facts, state),
    site: doorSiteOf(device.siteId, site),
    policy,
    placesLeft: state.placesLeft,
  };
}

function holderOf(facts: Facts, { open, lastCheckedOutMs, memberships }: VisitState): Holder | undefined {
  if (!facts.customer) return undefined;
  return {
    customerId: facts.customer.id,
    isBlocked: facts.customer.isBlocked,
    memberships,
    bookings: facts.bookings,
    admission: facts.admission,
    openVisit: open,
    lastCheckedOutMs,
  };
}
