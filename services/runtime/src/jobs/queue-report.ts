import type { Job } from '@lido/proto/lido/jobs/v1/job.ts';
import { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { asked } from '../resource/list.ts';
import { zonesOf } from '../resource/load.ts';
import { permittedSites } from '../resource/scope.ts';
import { newShopId } from '../service/ids.ts';
import { type JobRow, type ReportKind, toJob } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import { countWaiting, insertJob } from './job.repository.ts';

/** How many unfinished jobs one organisation may have. */
const waitingMax = 50;

/** Which sites a report of this request tells of. */
export type SitesOf<Request> = (
  request: Request,
  call: Pick<Call, 'principal' | 'access'>,
) => string[] | Promise<string[]>;

/** Those a request's `site_id` names, or all where the caller holds the rpc's permission. */
export const sitesAsked: SitesOf<object> = (request, call) =>
  permittedSites(call, asked((request as { siteId?: string | string[] | null }).siteId));

/** Queues a report of the request and answers its job; the request is checked at once, the rows are made later. */
export function queueReport<Request extends object>(
  queue: JobQueue,
  kind: ReportKind<Request>,
  sitesOf: SitesOf<Request> = sitesAsked,
) {
  return async (request: Request, call: Call): Promise<Job> => {
    const siteIds = await sitesOf(request, call);
    await kind.check?.(request, call);
    const job = await call.transact(async ({ em }) => {
      if ((await countWaiting(em, call.principal.organisationId, waitingMax)) >= waitingMax) throw tooMany();
      const row = await insertJob(em, {
        id: `${queue.service}_${newShopId()}`,
        organisationId: call.principal.organisationId,
        siteIds,
        type: kind.type,
        params: request,
        principal: Buffer.from(Principal.encode(call.principal).finish()),
        access: call.access,
        requestId: call.requestId,
        createdBy: call.actor,
      });
      return jobMessage(row, call);
    });
    queue.wake();
    return job;
  };
}

/** A job in the time zone of its first site. */
export async function jobMessage(row: JobRow, { em }: Pick<Call, 'em'>): Promise<Job> {
  const [siteId] = row.siteIds;
  const zones = await zonesOf(em, siteId === undefined ? [] : [siteId]);
  return toJob(row, zones.get(siteId ?? '') ?? 'UTC');
}

function tooMany(): Refusal {
  const sentence = `At most ${waitingMax} reports can wait at a time. Please ask again when some are done.`;
  return new Refusal('exhausted', 'too_many_jobs', sentence);
}
