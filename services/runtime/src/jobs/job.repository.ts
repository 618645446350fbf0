import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../db/database.ts';
import type { JobRow } from './job.ts';

/** After so many tries a job is given up. */
export const attemptsMax = 3;
/** A runner that has not been heard of for so long is taken for dead. */
export const leaseSeconds = 60;

const keptDays = 7;
/** How long a job waits after a failure that may pass. */
const pauseSeconds = 5;

const epochMs = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;
const columns = `
  id, organisation_id as "organisationId", site_ids as "siteIds", type, params, principal, access, request_id as "requestId",
  status, progress, attempts, error, created_by as "createdBy", ${epochMs('created_at')} as "createdAtMs",
  ${epochMs('started_at')} as "startedAtMs", ${epochMs('finished_at')} as "finishedAtMs", ${epochMs('expires_at')} as "expiresAtMs"`;

/** What a new job says of itself. */
export type NewJob = Pick<
  JobRow,
  'id' | 'organisationId' | 'siteIds' | 'type' | 'params' | 'principal' | 'access' | 'requestId' | 'createdBy'
>;

/** Adds a job to the queue, in the transaction of whoever wants it. */
export async function insertJob(em: SqlEntityManager, job: NewJob): Promise<JobRow> {
  const [row] = await em.execute<JobRow[]>(
    `insert into jobs (id, organisation_id, site_ids, type, params, principal, access, request_id, status, held_until, created_at, created_by, expires_at)
     select ?, ?, ?::jsonb, ?, ?::jsonb, ?, ?::jsonb, ?, 'queued', moment, moment, ?, moment + interval '${keptDays} days'
     from lido_now() as moment
     returning ${columns}`,
    [
      ...[job.id, job.organisationId, JSON.stringify(job.siteIds), job.type, JSON.stringify(job.params)],
      ...[job.principal, JSON.stringify(job.access), job.requestId, job.createdBy],
    ],
  );
  return row as JobRow;
}

/** How many of an organisation's jobs are not finished, counted no further than `most`. */
export async function countWaiting(em: SqlEntityManager, organisationId: string, most: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `select 1 from jobs where organisation_id = ? and status in ('queued', 'running') limit ?`,
    [organisationId, most],
  );
  return rows.length;
}

/** A job of an organisation that has not expired. */
export async function findJob(em: SqlEntityManager, id: string, organisationId: string): Promise<JobRow | undefined> {
  const [row] = await em.execute<JobRow[]>(
    `select ${columns} from jobs where id = ? and organisation_id = ? and expires_at > lido_now()`,
    [id, organisationId],
  );
  return row;
}

/** The next piece of a job's result, from 0; undefined after the last. */
export async function readChunk(em: SqlEntityManager, id: string, number: number): Promise<Buffer | undefined> {
  const [row] = await em.execute<{ content: Buffer }[]>(
    'select content from job_chunks where job_id = ? and number = ?',
    [id, number],
  );
  return row?.content;
}

/**
 * Takes the oldest job that waits, or whose runner has died, for this runner alone; what a dead one had written goes.
 * One that has died too often fails.
 */
export async function takeJob(
  db: Database,
  runner: string,
  types: readonly string[],
  gaveUp: string,
): Promise<JobRow | undefined> {
  return db.transaction(async (em) => {
    await em.execute(
      `update jobs set status = 'failed', runner = null, error = ?, finished_at = lido_now()
       where id in (select id from jobs where status = 'running' and held_until <= lido_now() and attempts >= ${attemptsMax}
                    for update skip locked)`,
      [gaveUp],
      'run',
    );
    const [row] = await em.execute<JobRow[]>(
      `with next as materialized (
         select id as next_id from jobs
         where status in ('queued', 'running') and held_until <= lido_now()
           and type in (select jsonb_array_elements_text(?::jsonb))
         order by created_at, id limit 1 for update skip locked),
       emptied as (delete from job_chunks where job_id in (select next_id from next))
       update jobs set status = 'running', runner = ?, attempts = attempts + 1, progress = 0,
         started_at = coalesce(started_at, lido_now()), held_until = lido_now() + interval '${leaseSeconds} seconds'
       from next where id = next_id
       returning ${columns}`,
      [JSON.stringify(types), runner],
    );
    return row;
  });
}

/** Keeps a job for its runner, and says how far it is. False when somebody else has it by now. */
export async function keepJob(em: SqlEntityManager, id: string, runner: string, progress: number): Promise<boolean> {
  return isOwn(
    await em.execute(
      `update jobs set held_until = lido_now() + interval '${leaseSeconds} seconds', progress = greatest(progress, ?)
       where id = ? and runner = ? returning 1`,
      [progress, id, runner],
    ),
  );
}

/** Writes a piece of the result. The job's row is locked by `keepJob` in the same transaction, so a runner that lost it writes nothing. */
export async function writeChunk(em: SqlEntityManager, id: string, number: number, content: string): Promise<void> {
  await em.execute(
    'insert into job_chunks (job_id, number, content) values (?, ?, ?)',
    [id, number, Buffer.from(content)],
    'run',
  );
}

/** Ends a job well: from now on its result can be downloaded. */
export async function finishJob(em: SqlEntityManager, id: string, runner: string): Promise<boolean> {
  return isOwn(
    await em.execute(
      `update jobs set status = 'done', runner = null, progress = 100, finished_at = lido_now(),
         expires_at = lido_now() + interval '${keptDays} days'
       where id = ? and runner = ? returning 1`,
      [id, runner],
    ),
  );
}

/** Ends a job badly, with a sentence for whoever asked. */
export async function failJob(em: SqlEntityManager, id: string, runner: string, error: string): Promise<void> {
  await em.execute(
    `update jobs set status = 'failed', runner = null, error = ?, finished_at = lido_now() where id = ? and runner = ?`,
    [error, id, runner],
    'run',
  );
}

/** Lets others try after a pause; the try counts. */
export async function pauseJob(em: SqlEntityManager, id: string, runner: string): Promise<void> {
  await em.execute(
    `update jobs set status = 'queued', runner = null, held_until = lido_now() + interval '${pauseSeconds} seconds'
     where id = ? and runner = ?`,
    [id, runner],
    'run',
  );
}

/** Gives a job back as if it had not been taken, for a runner that stops. */
export async function giveJobBack(em: SqlEntityManager, id: string, runner: string): Promise<void> {
  await em.execute(
    `update jobs set status = 'queued', runner = null, attempts = attempts - 1, held_until = lido_now()
     where id = ? and runner = ?`,
    [id, runner],
    'run',
  );
}

function isOwn(rows: unknown): boolean {
  return Array.isArray(rows) && rows.length > 0;
}
