import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { decide } from './decide.ts';
import type { Decision, DecisionInput, DoorSite, Holder, Verdict } from './decision.ts';
import type { Facts } from './facts.repository.ts';
import type { Medium } from './media.ts';
import type { VisitPolicy } from './policy.ts';
import type { Tap } from './tap.ts';
import { findFirstTap, type TapFindings } from './tap.repository.ts';
import { visitIdOf } from './visit-id.ts';
import type { VisitRow } from './visit.entity.ts';
import {
  closeVisit,
  findLastCheckOutMs,
  findOpenVisit,
  lockSubject,
  openVisit,
  overdueSince,
  type VisitTransaction,
} from './visit.repository.ts';

/** A tap and all that is known about it outside the transaction. */
export interface TapCase {
  readonly tap: Tap;
  readonly device: DeviceRow;
  readonly medium: Medium | undefined;
  readonly facts: Facts | undefined;
  readonly site: Site | undefined;
}

/** What the transaction made of a tap. */
export interface Settled {
  readonly verdict: Verdict;
  readonly checkInId: string | null;
  readonly previous: Decision | undefined;
  readonly findings: TapFindings;
}

/**
 * Decides a tap and changes the customer's visits accordingly. The lock makes simultaneous taps of one customer follow each
 * other, so that the second sees the first one's visit.
 */
export async function settle(tapCase: TapCase, transaction: VisitTransaction): Promise<Settled> {
  const { tap, device, medium, facts } = tapCase;
  const { em, policy } = transaction;
  const customer = facts?.customer;
  await lockSubject(em, customer ? `customer ${customer.id}` : `medium ${device.id} ${medium?.value ?? tap.eventId}`);
  const previous = medium && (await findFirstTap(em, tap, medium, policy.duplicateMs));
  const open = customer && (await findCurrentVisit(tapCase, transaction));
  const lastCheckedOutMs =
    customer && policy.reentryDelaySeconds > 0 ? await findLastCheckOutMs(em, customer.id, device.siteId) : undefined;
  const verdict = decide(inputOf(tapCase, { previous, open, lastCheckedOutMs, policy }));
  const visit = await change(tapCase, { verdict, open }, transaction);
  const findings = { customerId: customer?.id, duplicateOf: previous?.eventId };
  return { verdict, checkInId: visit?.id ?? null, previous, findings };
}

/** The customer's open visit; one that has lasted too long ends first, at the time when it should have. */
async function findCurrentVisit(tapCase: TapCase, transaction: VisitTransaction): Promise<VisitRow | undefined> {
  const { device, facts, tap } = tapCase;
  const customer = facts?.customer;
  if (!customer) return undefined;
  const open = await findOpenVisit(transaction.em, device.organisationId, customer.id);
  const end = open && overdueSince(open, transaction.policy, tap.occurredAt.getTime());
  if (!open || !end) return open;
  await closeVisit(open, { at: end, by: 'max_visit' }, customer, transaction);
  return undefined;
}

async function change(
  { tap, device, facts }: TapCase,
  { verdict, open }: { verdict: Verdict; open: VisitRow | undefined },
  transaction: VisitTransaction,
): Promise<VisitRow | undefined> {
  const customer = facts?.customer;
  if (!customer) return undefined;
  switch (verdict.action) {
    case 'none':
      return open;
    case 'check_out':
      if (open) await closeVisit(open, { at: tap.occurredAt, by: 'tap' }, customer, transaction);
      return open;
    case 'check_in': {
      const arrival = {
        id: visitIdOf(device.id, tap.eventId),
        organisationId: device.organisationId,
        siteId: device.siteId,
        customerId: customer.id,
        membershipId: verdict.membershipId,
        methodType: 'gantner',
        methodId: device.id,
        methodName: device.name,
        checkedInAt: tap.occurredAt,
      };
      return openVisit(arrival, customer, transaction);
    }
  }
}

/** What only the transaction knows for certain. */
interface VisitState {
  readonly previous: Decision | undefined;
  readonly open: VisitRow | undefined;
  readonly lastCheckedOutMs: number | undefined;
  readonly policy: VisitPolicy;
}

function inputOf({ tap, device, medium, facts, site }: TapCase, state: VisitState): DecisionInput {
  return {
    nowMs: tap.occurredAt.getTime(),
    isDeviceAllowed: device.enabled && !device.deletedAt && site !== undefined,
    direction: device.direction,
    isReadable: medium !== undefined,
    previous: state.previous,
    mediumState: facts?.mediumState ?? 'unknown',
    holder: facts && holderOf(facts, state),
    site: doorSiteOf(device.siteId, site),
    policy: state.policy,
  };
}

function holderOf(facts: Facts, { open, lastCheckedOutMs }: VisitState): Holder | undefined {
  if (!facts.customer) return undefined;
  return {
    customerId: facts.customer.id,
    isBlocked: facts.customer.isBlocked,
    memberships: facts.memberships,
    bookings: facts.bookings,
    admission: facts.admission,
    openVisit: open && { id: open.id, siteId: open.siteId, checkedInMs: open.checkedInAt.getTime() },
    lastCheckedOutMs,
  };
}

function doorSiteOf(id: string, site: Site | undefined): DoorSite {
  return {
    id,
    zone: site?.timezone ?? 'UTC',
    openingHours: site?.openingHours ?? [],
    openingExceptions: site?.openingExceptions ?? [],
  };
}
