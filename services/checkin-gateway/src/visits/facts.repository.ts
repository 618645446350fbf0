import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import type { Owners } from '../projections/owners.client.ts';
import {
  findBookings,
  findHolder,
  findKnownCustomers,
  findMemberships,
  keepCustomer,
  type KnownCustomer,
} from '../projections/known.repository.ts';
import type { HeldBooking, HeldMembership, MediumState } from './decision.ts';

/** What is known of a medium and its holder, before any visit is looked at. */
export interface Facts {
  readonly mediumState: MediumState;
  readonly customer: KnownCustomer | undefined;
  readonly memberships: readonly HeldMembership[];
  readonly bookings: readonly HeldBooking[];
}

export interface FactsQuestion {
  readonly organisationId: string;
  readonly mediumValue: string;
  readonly nowMs: number;
  readonly caller: Caller;
}

const nothing: Omit<Facts, 'mediumState'> = { customer: undefined, memberships: [], bookings: [] };

/** Gathers the facts from the projections, and asks the owners about what those lack. Throws when an owner has to be asked and can not. */
export async function findFacts(em: SqlEntityManager, owners: Owners, question: FactsQuestion): Promise<Facts> {
  const { organisationId, mediumValue, nowMs, caller } = question;
  const holder = await findHolder(em, organisationId, mediumValue);
  if (holder?.isMediumBlocked) return { ...nothing, mediumState: 'blocked' };
  const customer = holder
    ? await findCustomer(em, owners, { organisationId, id: holder.customerId, caller })
    : await askForHolder(em, owners, question);
  if (!customer || customer.isErased) return { ...nothing, mediumState: 'unknown' };
  const [bookings, known] = await Promise.all([
    findBookings(em, organisationId, customer.id, nowMs),
    findMemberships(em, organisationId, customer.id),
  ]);
  const memberships =
    known.length > 0 ? known : await askForMemberships(owners, customer.id, { caller, isBooked: bookings.length > 0 });
  return { mediumState: 'active', customer, memberships, bookings };
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

async function askForHolder(
  em: SqlEntityManager,
  owners: Owners,
  question: FactsQuestion,
): Promise<KnownCustomer | undefined> {
  const { organisationId, mediumValue, caller } = question;
  const answer = await owners.customerByMedium(mediumValue, caller);
  if (!answer) return undefined;
  await keepCustomer(em, { ...answer, organisationId }, 'answer');
  return (await findKnownCustomers(em, organisationId, [answer.id])).get(answer.id);
}

/** Somebody with a booking does not depend on memberships: an owner that can not be asked denies only those without one. */
async function askForMemberships(
  owners: Owners,
  customerId: string,
  { caller, isBooked }: { caller: Caller; isBooked: boolean },
): Promise<HeldMembership[]> {
  try {
    return await owners.memberships(customerId, caller);
  } catch (error) {
    if (isBooked) return [];
    throw error;
  }
}
