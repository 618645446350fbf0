import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { DedupMode, Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { ActionRow } from './action.entity.ts';

/** What an action can be bound to. */
export type BoundTo = 'bookable' | 'code';

/** An action where it is bound. */
export interface BoundAction
  extends Pick<ActionRow, 'id' | 'name' | 'url' | 'event' | 'run' | 'continueOnFail' | 'dedupMode' | 'secret'> {
  readonly bindingId: string;
  /** The action's input under the binding's. */
  readonly input: Record<string, unknown>;
}

/** A row that binds an action. */
export interface BindingRow {
  readonly id: string;
  readonly actionId: string;
  readonly objectId: string;
  readonly input: Record<string, unknown>;
  readonly createdAt: Date;
}

const bindingColumns = `id, action_id as "actionId", object_id as "objectId", input, created_at as "createdAt"`;

/** How many actions one bookable or code can have: each of them may take three seconds. */
export const bindingsMax = 20;

/** The actions bound to something, in the order they were bound; of one trigger where it is given. */
export async function findBoundActions(
  em: SqlEntityManager,
  bound: { organisationId: string; to: BoundTo; objectId: string; trigger?: Trigger },
): Promise<BoundAction[]> {
  return em.execute<BoundAction[]>(
    `select a.id, a.name, a.url, a.event, a.run, a.continue_on_fail as "continueOnFail", a.dedup_mode as "dedupMode",
            a.secret, b.id as "bindingId", a.input || b.input as input
     from action_bindings b join actions a on a.id = b.action_id
     where b.organisation_id = ? and b.bound_to = ? and b.object_id = ? and a.deleted_at is null
       and (?::varchar is null or a.trigger = ?)
     order by b.seq`,
    [bound.organisationId, bound.to, bound.objectId, bound.trigger ?? null, bound.trigger ?? null],
  );
}

/** Where an action is bound: the inputs of the bindings, and the bookables that set it off. */
export async function findBindings(
  em: SqlEntityManager,
  actionId: string,
): Promise<{ input: Record<string, unknown>; setOffBy?: string }[]> {
  const rows = await em.execute<{ to: BoundTo; objectId: string; input: Record<string, unknown> }[]>(
    'select bound_to as "to", object_id as "objectId", input from action_bindings where action_id = ?',
    [actionId],
  );
  return rows.map(({ to, objectId, input }) => (to === 'bookable' ? { input, setOffBy: objectId } : { input }));
}

/** Binds an action; where it is bound already only its input changes. Answers undefined where there is no room for another. */
export async function bindAction(
  em: SqlEntityManager,
  binding: { organisationId: string; actionId: string; to: BoundTo; objectId: string; input: object },
): Promise<BindingRow | undefined> {
  const { organisationId, actionId, to, objectId, input } = binding;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 2))', [`bindings ${objectId}`]);
  const [row] = await em.execute<BindingRow[]>(
    `insert into action_bindings (id, organisation_id, action_id, bound_to, object_id, input, created_at)
     select ?, ?, ?, ?, ?, ?::jsonb, lido_now()
     where exists (select 1 from action_bindings where action_id = ? and bound_to = ? and object_id = ?)
        or (select count(*) from action_bindings b join actions a on a.id = b.action_id
            where b.bound_to = ? and b.object_id = ? and a.deleted_at is null) < ${bindingsMax}
     on conflict (action_id, bound_to, object_id) do update set input = excluded.input
     returning ${bindingColumns}`,
    [
      ...[newShopId(), organisationId, actionId, to, objectId, JSON.stringify(input)],
      ...[actionId, to, objectId, to, objectId],
    ],
  );
  return row;
}

/** Unbinds an action from a bookable, named by its own id or by the binding's; answers the binding as it was. */
export async function unbindAction(
  em: SqlEntityManager,
  actionId: string,
  objectOrBindingId: string,
): Promise<BindingRow | undefined> {
  const [row] = await em.execute<BindingRow[]>(
    `delete from action_bindings where action_id = ? and bound_to = 'bookable' and (object_id = ? or id = ?)
     returning ${bindingColumns}`,
    [actionId, objectOrBindingId, objectOrBindingId],
  );
  return row;
}

/** The right to run an action for a subject. */
export interface Claim {
  readonly actionId: string;
  readonly subjectId: string;
  /** As the database writes it, which tells this claim from a later one; null where repetitions are not left out and nothing is kept. */
  readonly claimedAt: string | null;
}

/** Claims a run; one that leaves repetitions out may run once for a subject, or once in ten seconds. Answers undefined where it may not. */
export async function claimRun(
  em: SqlEntityManager,
  action: { id: string; dedupMode: DedupMode },
  subjectId: string,
): Promise<Claim | undefined> {
  const claim = { actionId: action.id, subjectId, claimedAt: null };
  if (action.dedupMode !== 'DEDUP_MODE_ONCE' && action.dedupMode !== 'DEDUP_MODE_RECENT') return claim;
  const [row] = await em.execute<{ claimedAt: string }[]>(
    `insert into action_claims (action_id, subject_id, claimed_at) values (?, ?, lido_now())
     on conflict (action_id, subject_id) do update set claimed_at = excluded.claimed_at
       where ? = 'DEDUP_MODE_RECENT' and action_claims.claimed_at <= lido_now() - interval '10 seconds'
     returning claimed_at::text as "claimedAt"`,
    [action.id, subjectId, action.dedupMode],
  );
  return row && { ...claim, claimedAt: row.claimedAt };
}

/** Gives the claim of a run back that has failed, so that it may be tried again; what another run has claimed since stays. */
export async function releaseRun(em: SqlEntityManager, { actionId, subjectId, claimedAt }: Claim): Promise<void> {
  if (claimedAt === null) return;
  const statement = 'delete from action_claims where action_id = ? and subject_id = ? and claimed_at = ?::timestamptz';
  await em.execute(statement, [actionId, subjectId, claimedAt], 'run');
}
