import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** That somebody came to a site. */
export interface KnownCheckIn {
  readonly id: string;
  readonly organisationId: string;
  readonly customerId: string;
  readonly checkedInAt: Date;
  readonly method: string;
}

/** Keeps a check-in, and shows it with its customer where it is the latest; of a customer who is gone nothing is kept. */
export async function keepCheckIn(em: SqlEntityManager, checkIn: KnownCheckIn): Promise<void> {
  const { id, organisationId, customerId, checkedInAt, method } = checkIn;
  // Two check-ins of one customer follow each other, so that the second sees the first.
  const found = await em.execute<unknown[]>(
    'select 1 from customers where id = ? and organisation_id = ? and deleted_at is null for update',
    [customerId, organisationId],
  );
  if (found.length === 0) return;
  await em.execute(
    `insert into known_check_ins (id, customer_id, checked_in_at, method) values (?, ?, ?, ?)
     on conflict (id) do update set checked_in_at = excluded.checked_in_at, method = excluded.method`,
    [id, customerId, checkedInAt, method],
    'run',
  );
  await showLatest(em, customerId);
}

/** Forgets a check-in that turned out to be none. */
export async function forgetCheckIn(em: SqlEntityManager, id: string): Promise<void> {
  const [gone] = await em.execute<{ customerId: string }[]>(
    'delete from known_check_ins where id = ? returning customer_id as "customerId"',
    [id],
  );
  if (!gone) return;
  await em.execute('select 1 from customers where id = ? for update', [gone.customerId]);
  await showLatest(em, gone.customerId);
}

/** It is no change of the customer, as nobody has told anything of them. */
async function showLatest(em: SqlEntityManager, customerId: string): Promise<void> {
  await em.execute(
    `update customers set last_check_in = (
       select jsonb_build_object('method', method,
         'checkedInAt', to_char(checked_in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
       from known_check_ins where customer_id = ? order by checked_in_at desc, id limit 1)
     where id = ?`,
    [customerId, customerId],
    'run',
  );
}
