import type { Job, JobStatus } from '@lido/proto/lido/jobs/v1/job.ts';
import type { Access } from '../grpc/access.ts';
import type { Call } from '../grpc/call.ts';
import { formatInstant } from '../time/zone.ts';

/** What one cell of a report can hold. */
export type Cell = string | number | boolean | null | undefined;

/** A row of a report, by the names of its columns. */
export type ReportRow = Readonly<Record<string, Cell>>;

/** What a report may use of the call that queued it, when it runs: who asked, with the permissions they had then. */
export interface ReportCall
  extends Pick<Call, 'principal' | 'access' | 'requestId' | 'actor' | 'clock' | 'log' | 'signal' | 'em'> {
  /** Says how much is done, from 0 to 1; only for whoever looks at the job. */
  progress(fraction: number): void;
}

/** A kind of report that is made in the background, as CSV. */
export interface ReportKind<Request extends object> {
  /** Its name in jobs and files; written to the database, so it never changes. */
  readonly type: string;
  /** The header row, in order. */
  readonly columns: readonly string[];
  /** Refuses a request it can not be made of; nothing is queued then. */
  check?(request: Request, call: Call): void | Promise<void>;
  /** Makes the rows. It checks what the caller may see as any handler does: the job runs as whoever queued it. */
  rows(request: Request, call: ReportCall): AsyncIterable<ReportRow>;
}

/** A job as it is stored. */
export interface JobRow {
  readonly id: string;
  readonly organisationId: string;
  /** The sites its result tells of; empty for the organisation as a whole. */
  readonly siteIds: readonly string[];
  readonly type: string;
  readonly params: object;
  readonly principal: Buffer;
  /** What queueing it needed of the caller. */
  readonly access: Access;
  readonly requestId: string;
  readonly status: JobState;
  readonly progress: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly expiresAtMs: number;
}

export type JobState = 'queued' | 'running' | 'done' | 'failed';

const statusOf: Record<JobState, JobStatus> = {
  queued: 'JOB_STATUS_QUEUED',
  running: 'JOB_STATUS_RUNNING',
  done: 'JOB_STATUS_DONE',
  failed: 'JOB_STATUS_FAILED',
};

/** A job as clients see it, with its instants in a zone. */
export function toJob(row: JobRow, zone: string): Job {
  const instant = (epochMs: number): string => formatInstant(epochMs, zone);
  const orNull = (epochMs: number | null): string | null => (epochMs === null ? null : instant(epochMs));
  return {
    id: row.id,
    type: row.type,
    status: statusOf[row.status],
    progress: row.progress,
    createdAt: instant(row.createdAtMs),
    startedAt: orNull(row.startedAtMs),
    finishedAt: orNull(row.finishedAtMs),
    error: row.error,
    downloadUrl: row.status === 'done' ? `/reports/jobs/${row.id}/download` : null,
    expiresAt: instant(row.expiresAtMs),
    notice: wantsMail(row.params) ? noMail : null,
  };
}

/** No service has a mailer yet. */
const noMail = 'No mail is set up here, so the result is not mailed. It can be downloaded.';

function wantsMail(params: object): boolean {
  return 'email' in params && params.email === true;
}
