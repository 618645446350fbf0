import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { EventHandler } from '@lido/runtime/events/consumer.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';

/** The customers this service knows: a projection that asks the owner about those it has not heard of. */
export interface Customers {
  /** The customer, or undefined when the caller's organisation has none of this id. Throws unavailable when the owner can not be asked. */
  find(em: SqlEntityManager, id: string, caller: Caller): Promise<Customer | undefined>;
}

/** Reads known customers, with the owner behind them for those younger than the last event. */
export function customersFrom(directory: Peer<typeof CustomerDirectoryServiceService>): Customers {
  return {
    find: async (em, id, caller) => {
      const [known] = await findKnown(em, [id]);
      if (known) return known.organisationId === caller.principal.organisationId ? known : undefined;
      const customer = await orUndefined(directory.findCustomer({ id }, caller));
      if (customer) await keepCustomer(em, customer, 0);
      return customer;
    },
  };
}

/** The known ones among the ids. */
export async function findKnown(em: SqlEntityManager, ids: readonly string[]): Promise<Customer[]> {
  if (ids.length === 0) return [];
  const places = ids.map(() => '?').join(', ');
  const rows = await em.execute<{ customer: Customer }[]>(
    `select customer from known_customers where id in (${places})`,
    [...ids],
  );
  return rows.map(({ customer }) => customer);
}

/** Feeds the projection; subscribe it to `lido.customers.customer.saved`. */
export const projectCustomer: EventHandler = async (event, { em }) => {
  await keepCustomer(em, Customer.decode(event.payload), event.version);
};

async function keepCustomer(em: SqlEntityManager, customer: Customer, version: number): Promise<void> {
  await em.execute(
    `insert into known_customers (id, organisation_id, version, customer) values (?, ?, ?, ?::jsonb)
     on conflict (id) do update set version = excluded.version, customer = excluded.customer
     where known_customers.version < excluded.version`,
    [customer.id, customer.organisationId, version, JSON.stringify(customer)],
    'run',
  );
}
