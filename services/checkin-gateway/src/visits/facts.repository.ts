import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { OfflinePolicy } from '@lido/proto/lido/checkin/v1/device.ts';
import { unavailable } from '@lido/runtime/errors/refusal.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { keepCustomer } from '../projections/keep.repository.ts';
import {
  findHoldings,
  findKnownCustomers,
  type HolderQuestion,
  type KnownCustomer,
  type KnownHolder,
} from '../projections/known.repository.ts';
import type { Owners } from '../projections/owners.client.ts';
import type { ProjectionSources } from '../projections/sources.job.ts';
import {
  type Admission,
  type AgeLimits,
  ageToTell,
  type FactSource,
  footingOf,
  sourcesToAsk,
} from '../projections/trust.ts';
import type { HeldBooking, KnownMembership, MediumState } from './decision.ts';

/** What is known of a medium and its holder, before any visit is looked at. */
export interface Facts {
  readonly mediumState: MediumState;
  readonly customer: KnownCustomer | undefined;
  readonly memberships: readonly KnownMembership[];
  readonly bookings: readonly HeldBooking[];
  readonly admission: Admission;
  /** Until when these were complete, where they are no longer fresh: an ISO instant. */
  readonly asOf: string | null;
}

export interface FactsQuestion extends HolderQuestion {
  /** What the device falls back to when facts are too old and their owners do not answer. */
  readonly offlinePolicy: OfflinePolicy;
  readonly caller: Caller;
}

export interface FactsOptions {
  readonly owners: Owners;
  readonly sources: ProjectionSources;
  readonly limits: AgeLimits;
  /** How long owners are asked, all of them together: somebody waits at the door meanwhile. */
  readonly askingMs: number;
  readonly clock: Clock;
}

/**
 * Makes the facts of a tap of what the projections know of the holder. Only owners whose projection can not know are asked:
 * one that was never filled or is too old. Throws when nothing is known of the medium and that may be our own fault.
 */
export async function findFacts(
  em: SqlEntityManager,
  question: FactsQuestion,
  known: KnownHolder | undefined,
  { owners, sources, limits, askingMs, clock }: FactsOptions,
): Promise<Facts> {
  const ages = sources.ages();
  const toAsk = sourcesToAsk(ages, limits);
  const { holder, unanswered } = await askOwners(em, { known, toAsk, askingMs }, owners, question);
  const { admission, ignored } = footingOf(unanswered, question.offlinePolicy);
  if (!holder?.customer && admission === 'only_certain' && unanswered.includes('customers')) {
    throw unavailable('The owner of this medium can not be asked.');
  }
  const answered = toAsk.filter((source) => !unanswered.includes(source));
  const ageMs = ageToTell(ages, [...answered, ...ignored], limits);
  const isKnown = holder?.customer && !holder.customer.isErased;
  return {
    mediumState: isKnown ? (holder.isMediumBlocked ? 'blocked' : 'active') : 'unknown',
    customer: isKnown ? holder.customer : undefined,
    memberships: ignored.includes('memberships') ? [] : (holder?.memberships ?? []),
    bookings: ignored.includes('orders') ? [] : (holder?.bookings ?? []),
    admission,
    asOf: ageMs === undefined ? null : new Date(clock.nowMs() - ageMs).toISOString(),
  };
}

/** A customer of the organisation from the projection, or from the owner when no event has told of them yet. */
export async function findCustomer(
  em: SqlEntityManager,
  owners: Owners,
  { organisationId, id, caller }: { organisationId: string; id: string; caller: Caller },
): Promise<KnownCustomer | undefined> {
  const known = (await findKnownCustomers(em, organisationId, [id])).get(id);
  if (known) return known;
  const answer = await owners.customer(id, caller);
  if (!answer) return undefined;
  await keepCustomer(em, { ...answer, organisationId }, 'answer');
  return (await findKnownCustomers(em, organisationId, [id])).get(id);
}

interface Asked {
  readonly holder: KnownHolder | undefined;
  readonly unanswered: readonly FactSource[];
}

/** Replaces what is known by what the owners say; all of them together have `askingMs`. */
async function askOwners(
  em: SqlEntityManager,
  { known, toAsk, askingMs }: { known: KnownHolder | undefined; toAsk: readonly FactSource[]; askingMs: number },
  owners: Owners,
  question: FactsQuestion,
): Promise<Asked> {
  const unanswered: FactSource[] = [];
  const untilMs = performance.now() + askingMs;
  const ask = async <T>(source: FactSource, kept: T, asking: (deadlineMs: number) => Promise<T>): Promise<T> => {
    if (!toAsk.includes(source)) return kept;
    try {
      return await asking(untilMs - performance.now());
    } catch {
      unanswered.push(source);
      return kept;
    }
  };
  const { caller, nowMs } = question;
  const holder = await ask('customers', known, (deadlineMs) => askHolder(em, { known, deadlineMs }, owners, question));
  const customerId = holder?.customer?.id;
  if (!holder || customerId === undefined) return { holder, unanswered };
  const [memberships, bookings] = await Promise.all([
    ask('memberships', holder.memberships, (deadlineMs) => owners.memberships(customerId, caller, deadlineMs)),
    ask('orders', holder.bookings, (deadlineMs) => owners.bookings({ customerId, nowMs }, caller, deadlineMs)),
  ]);
  return { holder: { ...holder, memberships, bookings }, unanswered };
}

async function askHolder(
  em: SqlEntityManager,
  { known, deadlineMs }: { known: KnownHolder | undefined; deadlineMs: number },
  owners: Owners,
  { organisationId, mediumValue, nowMs, caller }: FactsQuestion,
): Promise<KnownHolder | undefined> {
  const answer = await owners.holder(mediumValue, caller, deadlineMs);
  if (!answer) return undefined;
  const { id, brandId, firstName, lastName, fullName, email, accessBlockedAt, deletedAt } = answer.customer;
  const customer = {
    ...{ id, brandId, firstName: firstName ?? null, lastName: lastName ?? null },
    ...{ fullName: fullName ?? null, email: email ?? null },
    ...{ isBlocked: accessBlockedAt != null, isErased: deletedAt != null },
  };
  const holdings =
    known?.customer?.id === id ? known : await findHoldings(em, { organisationId, customerId: id, nowMs });
  const { memberships, bookings } = holdings;
  return { customer, isMediumBlocked: answer.isMediumBlocked, memberships, bookings };
}
