import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** That somebody came to a site. */
export interface KnownCheckIn {
  readonly id: string;
  readonly organisationId: string;
  readonly customerId: string;
  readonly checkedInAt: Date;
  readonly method: string;
}

/**
 * Keeps a check-in, and shows it with its customer where it is the latest; of a customer who is gone nothing is kept. One that was kept before
 * changes nothing. It is no change of the customer, as nobody has told anything of them.
 */
export async function keepCheckIn(em: SqlEntityManager, checkIn: KnownCheckIn): Promise<void> {
  const { id, organisationId, customerId, checkedInAt, method } = checkIn;
  await em.execute(
    `with kept as (
       insert into known_check_ins (id, customer_id, checked_in_at, method)
       select ?, id, ?, ? from customers where id = ? and organisation_id = ? and deleted_at is null
       on conflict (id) do nothing returning *)
     update customers c set last_check_in = ${shown} from kept
     where c.id = kept.customer_id
       and coalesce((c.last_check_in ->> 'checkedInAt')::timestamptz <= kept.checked_in_at, true)`,
    [id, checkedInAt, method, customerId, organisationId],
    'run',
  );
}

/** Forgets a check-in that turned out to be none: the one before shows again. */
export async function forgetCheckIn(em: SqlEntityManager, id: string): Promise<void> {
  const [gone] = await em.execute<{ customerId: string }[]>(
    'delete from known_check_ins where id = ? returning customer_id as "customerId"',
    [id],
  );
  if (!gone) return;
  // What is kept meanwhile is seen by the next statement only.
  await em.execute('select 1 from customers where id = ? for update', [gone.customerId]);
  await em.execute(
    `update customers set last_check_in = (
       select ${shown} from known_check_ins kept where customer_id = ? order by checked_in_at desc, id limit 1)
     where id = ?`,
    [gone.customerId, gone.customerId],
    'run',
  );
}

/** A kept check-in in the words of the contract. */
const shown = `jsonb_build_object('method', kept.method,
  'checkedInAt', to_char(kept.checked_in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
