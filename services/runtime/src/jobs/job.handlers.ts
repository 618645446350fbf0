import type { Job, JobServiceService } from '@lido/proto/lido/jobs/v1/job.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { forbidden, notFound, stateConflict } from '../errors/refusal.ts';
import type { Call, Handlers } from '../grpc/call.ts';
import { may, mayAnywhere, visibleSites } from '../grpc/principal.ts';
import { csvFile } from './csv-file.ts';
import type { JobRow } from './job.ts';
import { findJob, readChunk } from './job.repository.ts';
import { jobMessage } from './queue-report.ts';

async function getJob({ id }: { id: string }, call: Call): Promise<Job> {
  return jobMessage(await loadJob(id, call), call);
}

async function* downloadJob({ id }: { id: string }, call: Call): AsyncIterable<FilePart> {
  const job = await loadJob(id, call);
  if (job.status !== 'done') throw stateConflict('job_not_done', notDone(job));
  const file = csvFile(job.type, job.createdAtMs);
  for (let number = 0; ; number++) {
    const content = await readChunk(call.em, id, number);
    if (content === undefined) return;
    yield { ...file, content };
  }
}

/** Loads a job for whoever sees every site it tells of and holds what queueing it needed there. */
async function loadJob(id: string, call: Call): Promise<JobRow> {
  const { principal } = call;
  const job = await findJob(call.em, id, principal.organisationId);
  const visible = visibleSites(principal);
  if (!job || job.siteIds.some((siteId) => visible?.includes(siteId) === false)) throw notFound(id);
  const { permission } = job.access;
  const isOpen =
    job.siteIds.length === 0
      ? mayAnywhere(principal, permission)
      : job.siteIds.every((siteId) => may(principal, permission, siteId));
  if (permission !== '' && !isOpen) throw forbidden(permission);
  return job;
}

function notDone({ status, error }: JobRow): string {
  return status === 'failed'
    ? `This job has failed: ${error ?? ''}`
    : 'This job is not done yet. Please ask again soon.';
}

/** The jobs of a service, for whoever may see them. */
export const jobHandlers = { getJob, downloadJob } satisfies Handlers<typeof JobServiceService>;
