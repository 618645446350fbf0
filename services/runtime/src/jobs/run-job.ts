import { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import type { Database } from '../db/database.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Clock } from '../service/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { csvChunks } from './csv-chunks.ts';
import type { JobRow, ReportCall, ReportKind } from './job.ts';
import {
  attemptsMax,
  failJob,
  finishJob,
  giveJobBack,
  keepJob,
  leaseSeconds,
  pauseJob,
  writeChunk,
} from './job.repository.ts';

/** What jobs are run with. */
export interface JobParts {
  db: Database;
  clock: Clock;
  telemetry: Telemetry;
}

export const gaveUp = 'The report could not be made, after several tries. Please ask for it again later.';

/** No report takes so long; one that does holds a place that others wait for. */
const runMsMax = 30 * 60_000;

/** Somebody else has the job, because this runner was not heard of for too long. */
class LostJob extends Error {}

/** The signals of what runs: one made of others is collected, listeners and all, when nobody else refers to it. */
const signalsInUse = new Set<AbortSignal>();

/**
 * Makes a job's result and ends the job, well or badly. A refusal ends it with its sentence; anything else is tried
 * again until there have been enough tries. Once `stopping` is aborted the job is given back.
 */
export async function runJob(
  job: JobRow,
  runner: string,
  kind: ReportKind<object>,
  { stopping, ...parts }: JobParts & { stopping: AbortSignal },
): Promise<void> {
  const { db, telemetry } = parts;
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal, AbortSignal.timeout(runMsMax)]);
  signalsInUse.add(signal);
  let progress = 0;
  const keep = async (): Promise<void> => {
    if (!(await keepJob(db.fork(), job.id, runner, progress))) lost.abort(new LostJob());
  };
  const timer = setInterval(() => void keep().catch(() => undefined), (leaseSeconds * 1000) / 3);
  const call: ReportCall = {
    ...callOf(job, parts, signal),
    progress: (fraction) => {
      // 100 is for the job that is done.
      progress = Math.min(99, Math.max(0, Math.floor(fraction * 100)));
    },
  };
  try {
    await writeRows(kind, job, call, async (number, text) => {
      await db.transaction(async (em) => {
        if (!(await keepJob(em, job.id, runner, progress))) throw new LostJob();
        await writeChunk(em, job.id, number, text);
      });
    });
    await finishJob(db.fork(), job.id, runner);
  } catch (error) {
    const em = db.fork();
    if (error instanceof LostJob || lost.signal.aborted) return;
    if (stopping.aborted) return await giveJobBack(em, job.id, runner);
    if (error instanceof Refusal) return await failJob(em, job.id, runner, sentenceOf(error));
    telemetry.log.error({ err: error, job: job.id, request_id: job.requestId }, 'a job failed');
    if (job.attempts >= attemptsMax) return await failJob(em, job.id, runner, gaveUp);
    await pauseJob(em, job.id, runner);
  } finally {
    clearInterval(timer);
    signalsInUse.delete(signal);
  }
}

/** The call that queued a job, as far as it can be had again: its caller with the permissions of then. */
function callOf(job: JobRow, { db, clock, telemetry }: JobParts, signal: AbortSignal): Omit<ReportCall, 'progress'> {
  return {
    principal: Principal.decode(job.principal),
    access: job.access,
    requestId: job.requestId,
    actor: job.createdBy,
    clock,
    log: telemetry.log,
    signal,
    em: db.fork(),
  };
}

async function writeRows(
  kind: ReportKind<object>,
  job: JobRow,
  call: ReportCall,
  write: (number: number, text: string) => Promise<void>,
): Promise<void> {
  let number = 0;
  for await (const text of csvChunks(kind, job.params, call)) await write(number++, text);
}

function sentenceOf({ message, fields }: Refusal): string {
  return [message, ...Object.values(fields ?? {}).flat()].join(' ');
}
