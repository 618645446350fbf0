import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CustomerMarketingPreference } from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { told } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import type { CustomerRow } from '../customers/customer.entity.ts';
import { customerSpec, type LoadCustomer } from '../customers/customer.repository.ts';
import { PreferenceEntity, type PreferenceRow } from './preference.entity.ts';

/** All the organisation's preferences by their text; one that was never put to the customer reads as not opted in. */
export async function statesOf(customer: CustomerRow, em: SqlEntityManager): Promise<CustomerMarketingPreference[]> {
  const where = { organisationId: customer.organisationId, deletedAt: null };
  const rows = await em.find(PreferenceEntity, where, { orderBy: { text: 'asc', id: 'asc' } });
  return rows.map((row) => toState(row, customer));
}

/** Opts a customer in or out; a second time changes nothing. Answers all the states as they then are. */
export async function setOptedIn(
  { load, id, isOptedIn }: { load: LoadCustomer; id: string; isOptedIn: boolean },
  transaction: Transaction,
  call: Call,
): Promise<CustomerMarketingPreference[]> {
  const { em } = transaction;
  const customer = await load(em);
  const preference = await em.findOne(PreferenceEntity, {
    id,
    organisationId: customer.organisationId,
    deletedAt: null,
  });
  if (preference === null) throw notFound(id);
  if (customer.preferenceIds.includes(id) !== isOptedIn) {
    const others = customer.preferenceIds.filter((held) => held !== id);
    customer.preferenceIds = isOptedIn ? [...others, id] : others;
    touch(customer, call);
    await told(customerSpec, customer, transaction, call);
  }
  return statesOf(customer, em);
}

function toState(
  { id, organisationId, text }: PreferenceRow,
  { preferenceIds }: CustomerRow,
): CustomerMarketingPreference {
  return { id, organisationId, text, optedIn: preferenceIds.includes(id) };
}
