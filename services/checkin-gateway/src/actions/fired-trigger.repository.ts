import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { ActionOutcome } from './run-action.client.ts';
import type { Occasion } from './occasion.ts';

/** A trigger that has fired and whose actions have not all run. */
export interface FiredTrigger {
  readonly seq: string;
  readonly occasion: Occasion;
  readonly attempts: number;
}

/** For how long a runner has a trigger to itself; it says so again before each action. */
const leaseSeconds = 30;

/** Keeps an occasion for its actions, unless there is none: most bookables have no actions. */
export async function keepFired(em: SqlEntityManager, occasion: Occasion): Promise<void> {
  await em.execute(
    `insert into fired_triggers (subject_id, occasion, fired_at, held_until)
     select ?, ?::jsonb, lido_now(), lido_now()
     where exists (select 1 from action_bindings b join actions a on a.id = b.action_id
       where b.organisation_id = ? and b.bound_to = 'bookable' and b.object_id = ? and a.trigger = ? and a.deleted_at is null)`,
    [
      ...[occasion.subjectId, JSON.stringify(occasion)],
      ...[occasion.organisationId, occasion.bookable?.id ?? '', occasion.trigger],
    ],
    'run',
  );
}

/** Takes the oldest trigger that waits, of one subject where it is given. Those of one subject run one after the other. */
export async function takeFired(
  em: SqlEntityManager,
  runner: string,
  subjectId: string | null,
): Promise<FiredTrigger | undefined> {
  const [row] = await em.execute<FiredTrigger[]>(
    `update fired_triggers set runner = ?, held_until = lido_now() + interval '${leaseSeconds} seconds', attempts = attempts + 1
     where seq = (
       select f.seq from fired_triggers f
       where f.done_at is null and f.held_until <= lido_now() and (?::varchar is null or f.subject_id = ?)
         and not exists (select 1 from fired_triggers e where e.subject_id = f.subject_id and e.done_at is null and e.seq < f.seq)
       order by f.seq limit 1 for update skip locked)
     returning seq, occasion, attempts`,
    [runner, subjectId, subjectId],
  );
  return row;
}

/** Whether a runner is at a trigger of a subject. */
export async function isRunning(em: SqlEntityManager, subjectId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `select 1 from fired_triggers
     where subject_id = ? and done_at is null and runner is not null and held_until > lido_now() limit 1`,
    [subjectId],
  );
  return rows.length > 0;
}

/** Keeps a trigger for its runner; answers false where another one has it by now. */
export async function holdFired(em: SqlEntityManager, seq: string, runner: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update fired_triggers set held_until = lido_now() + interval '${leaseSeconds} seconds'
     where seq = ? and runner = ? and done_at is null returning 1`,
    [seq, runner],
  );
  return rows.length > 0;
}

/** Notes that all has been done. */
export async function finishFired(em: SqlEntityManager, seq: string, runner: string): Promise<void> {
  await em.execute('update fired_triggers set done_at = lido_now() where seq = ? and runner = ?', [seq, runner], 'run');
}

/** Gives a trigger back, to be tried again after a while. */
export async function postponeFired(
  em: SqlEntityManager,
  seq: string,
  runner: string,
  pauseSeconds: number,
): Promise<void> {
  await em.execute(
    `update fired_triggers set runner = null, held_until = lido_now() + make_interval(secs => ?) where seq = ? and runner = ?`,
    [pauseSeconds, seq, runner],
    'run',
  );
}

/** Gives a trigger to whoever takes it next; that it was taken is no attempt. */
export async function handOnFired(em: SqlEntityManager, seq: string, runner: string): Promise<void> {
  await em.execute(
    'update fired_triggers set runner = null, held_until = lido_now(), attempts = attempts - 1 where seq = ? and runner = ?',
    [seq, runner],
    'run',
  );
}

/** Which bindings of a trigger have had their run. */
export async function findRuns(em: SqlEntityManager, seq: string): Promise<Map<string, ActionOutcome['status']>> {
  const rows = await em.execute<{ id: string; status: ActionOutcome['status'] }[]>(
    'select binding_id as id, status from action_runs where trigger_seq = ?',
    [seq],
  );
  return new Map(rows.map(({ id, status }) => [id, status]));
}

/** Notes what became of a binding's run, so that it does not run again. */
export async function keepRun(
  em: SqlEntityManager,
  seq: string,
  bindingId: string,
  { status, message }: ActionOutcome,
): Promise<void> {
  await em.execute(
    `insert into action_runs (trigger_seq, binding_id, status, message, finished_at) values (?, ?, ?, ?, lido_now())
     on conflict do nothing`,
    [seq, bindingId, status, message],
    'run',
  );
}
