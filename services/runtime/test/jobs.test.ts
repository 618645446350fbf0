import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invalid } from '../src/errors/refusal.ts';
import { tidyUp } from '../src/events/housekeeping.ts';
import type { Call } from '../src/grpc/call.ts';
import { jobHandlers } from '../src/jobs/job.handlers.ts';
import { openJobQueue } from '../src/jobs/job-queue.ts';
import { keepJob, takeJob, writeChunk } from '../src/jobs/job.repository.ts';
import type { ReportCall, ReportKind } from '../src/jobs/job.ts';
import { queueReport } from '../src/jobs/queue-report.ts';
import { gaveUp } from '../src/jobs/run-job.ts';
import { systemClock } from '../src/service/clock.ts';
import { staff } from '../../../test/support/callers.ts';
import { type OpenedDatabase, openTestDatabase } from './test-database.ts';

const own = { organisationId: 'o1', brandId: 'b1' };
let opened: OpenedDatabase;
let db: OpenedDatabase['db'];
let telemetry: OpenedDatabase['telemetry'];

beforeAll(async () => {
  opened = await openTestDatabase();
  ({ db, telemetry } = opened);
});
afterAll(() => opened.stop());
beforeEach(async () => {
  await run('delete from jobs');
});

const run = (sql: string) => db.fork().execute<Record<string, unknown>[]>(sql);
const pass = (seconds: number) => run(`update lido_clock set shift = shift + interval '${seconds} seconds'`);

function callOf(sites: readonly string[], held: readonly string[] = ['reports.view'], tenant = own): Call {
  const { principal, requestId } = staff(tenant, sites, { held });
  return {
    principal,
    requestId,
    access: { kinds: ['KIND_STAFF'], permission: 'reports.view', scope: 'site' },
    actor: `staff:${principal.id}`,
    clock: systemClock,
    log: telemetry.log,
    signal: new AbortController().signal,
    em: db.fork(),
    checkKey: () => Promise.resolve(),
    transact: (work) => db.transaction((em) => work({ em, emit: () => Promise.resolve() })),
  };
}

interface Request {
  siteId?: string;
  rows: number;
}

/** A report of numbered rows, with what else happens for each. */
function numbers(eachRow?: (row: number, call: ReportCall, request: Request) => unknown): ReportKind<Request> {
  return {
    type: 'numbers',
    columns: ['number', 'text'],
    check: ({ rows }) => {
      if (rows < 0) throw invalid({ rows: ['There must be at least 0 rows.'] });
    },
    rows: async function* (request, call) {
      for (let row = 0; row < request.rows; row++) {
        await eachRow?.(row, call, request);
        call.progress(row / request.rows);
        yield { number: row, text: `row ${row}` };
      }
    },
  };
}

const open = () => openJobQueue('runtime', { db, clock: systemClock, telemetry });
const get = (id: string, call = callOf(['s1'])) => jobHandlers.getJob({ id }, call);

async function download(id: string, call = callOf(['s1'])): Promise<string[]> {
  const parts: string[] = [];
  for await (const { content } of jobHandlers.downloadJob({ id }, call)) parts.push(Buffer.from(content).toString());
  return parts;
}

async function reached(id: string, status: string): Promise<void> {
  await expect.poll(async () => (await get(id)).status, { timeout: 20_000, interval: 20 }).toBe(status);
}

describe('a report', () => {
  test('is queued at once, made in the background, and downloaded in pieces', async () => {
    const queue = open();
    const kind = numbers();
    const queued = await queueReport(queue, kind)({ siteId: 's1', rows: 40_000 }, callOf(['s1']));
    expect(queued).toMatchObject({ type: 'numbers', status: 'JOB_STATUS_QUEUED', progress: 0, downloadUrl: null });
    await expect(download(queued.id)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'job_not_done' });
    const runner = queue.run([kind]);
    await reached(queued.id, 'JOB_STATUS_DONE');
    await runner.stop();
    expect(await get(queued.id)).toMatchObject({ progress: 100, downloadUrl: `/reports/jobs/${queued.id}/download` });
    const parts = await download(queued.id);
    expect(parts.length).toBeGreaterThan(1);
    const lines = parts.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(40_001);
    expect([lines[0], lines[1], lines.at(-1)]).toEqual(['number,text', '0,row 0', '39999,row 39999']);
  });

  test('without rows still has its header', async () => {
    const [queue, kind] = [open(), numbers()];
    const { id } = await queueReport(queue, kind)({ rows: 0 }, callOf(['s1']));
    const runner = queue.run([kind]);
    await reached(id, 'JOB_STATUS_DONE');
    await runner.stop();
    expect(await download(id)).toEqual(['number,text\n']);
  });

  test('that can not be made is refused at once, and nothing waits', async () => {
    const queueing = queueReport(open(), numbers())({ rows: -1 }, callOf(['s1']));
    await expect(queueing).rejects.toMatchObject({ kind: 'invalid' });
    expect(await run('select 1 from jobs')).toEqual([]);
  });

  test('is refused while fifty of the organisation wait', async () => {
    const queue = queueReport(open(), numbers());
    for (let count = 0; count < 50; count++) await queue({ rows: 1 }, callOf(['s1']));
    await expect(queue({ rows: 1 }, callOf(['s1']))).rejects.toMatchObject({ kind: 'exhausted' });
    const elsewhere = callOf(['s9'], ['reports.view'], { organisationId: 'o2', brandId: 'b2' });
    await expect(queue({ rows: 1 }, elsewhere)).resolves.toBeDefined();
  });

  test('runs as whoever queued it, with what that rpc asks of them', async () => {
    const seen: ReportCall[] = [];
    const kind = numbers((_row, call) => seen.push(call));
    const [queue, call] = [open(), callOf(['s1'])];
    const { id } = await queueReport(queue, kind)({ rows: 1 }, call);
    const runner = queue.run([kind]);
    await reached(id, 'JOB_STATUS_DONE');
    await runner.stop();
    expect(seen[0]).toMatchObject({ principal: call.principal, access: call.access, actor: call.actor });
  });
});

describe('a job whose runner dies', () => {
  const queued = () => queueReport(open(), numbers())({ rows: 2 }, callOf(['s1']));
  /** Takes a job as a process does that is killed right after its first piece. */
  const die = async (): Promise<{ runner: string; id: string | undefined }> => {
    const runner = randomUUID();
    const job = await takeJob(db, runner, ['numbers'], gaveUp);
    if (job) await writeChunk(db.fork(), job.id, 0, 'half a resu');
    return { runner, id: job?.id };
  };

  test('is taken up when its lease is over, not before, and what the dead one wrote is gone', async () => {
    const { id } = await queued();
    const dead = await die();
    expect(dead.id).toBe(id);
    await pass(40);
    expect((await die()).id).toBeUndefined();
    await pass(20);
    const [queue, kind] = [open(), numbers()];
    const runner = queue.run([kind]);
    await reached(id, 'JOB_STATUS_DONE');
    await runner.stop();
    expect((await download(id)).join('')).toBe('number,text\n0,row 0\n1,row 1\n');
    expect(await keepJob(db.fork(), id, dead.runner, 50)).toBe(false);
  });

  test('again and again, fails with a sentence', async () => {
    const { id } = await queued();
    for (let death = 0; death < 3; death++) {
      expect((await die()).id).toBe(id);
      await pass(61);
    }
    expect((await die()).id).toBeUndefined();
    expect(await get(id)).toMatchObject({ status: 'JOB_STATUS_FAILED', error: gaveUp });
    await expect(download(id)).rejects.toMatchObject({ kind: 'state_conflict' });
  });

  test('while it lives, a runner keeps its job beyond the first lease', async () => {
    const { id } = await queued();
    const runner = randomUUID();
    await takeJob(db, runner, ['numbers'], gaveUp);
    await pass(50);
    expect(await keepJob(db.fork(), id, runner, 10)).toBe(true);
    await pass(50);
    expect((await die()).id).toBeUndefined();
  });
});

describe('a runner', () => {
  test('never runs a job that another runs', async () => {
    const runs = new Map<number, number>();
    const kind = numbers(async (row, _call, request) => {
      if (row === 0) runs.set(request.rows, (runs.get(request.rows) ?? 0) + 1);
      await run('select pg_sleep(0.001)');
    });
    const queues = [open(), open(), open()] as const;
    const ids: string[] = [];
    for (let count = 1; count <= 20; count++) {
      ids.push((await queueReport(queues[0], kind)({ rows: count }, callOf(['s1']))).id);
    }
    const runners = queues.map((queue) => queue.run([kind]));
    for (const id of ids) await reached(id, 'JOB_STATUS_DONE');
    await Promise.all(runners.map((runner) => runner.stop()));
    expect([...runs.values()]).toEqual(Array.from({ length: 20 }, () => 1));
  });

  test('that stops gives its job back, so that another can go on at once', async () => {
    const begun = Promise.withResolvers<void>();
    const kind = numbers(async (_row, { signal }) => {
      begun.resolve();
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => aborted.resolve());
      await aborted.promise;
    });
    const queue = open();
    const runner = queue.run([kind]);
    const { id } = await queueReport(queue, kind)({ rows: 2 }, callOf(['s1']));
    await begun.promise;
    await runner.stop();
    expect(await run('select status, attempts from jobs')).toEqual([{ status: 'queued', attempts: 0 }]);
    expect(await takeJob(db, randomUUID(), ['numbers'], gaveUp)).toMatchObject({ id });
  });

  test('ends a job that is refused with the sentence of the refusal', async () => {
    const kind = numbers(() => {
      throw invalid({ date_to: ['date_to must not be before date_from.'] });
    });
    const queue = open();
    const { id } = await queueReport(queue, kind)({ rows: 1 }, callOf(['s1']));
    const runner = queue.run([kind]);
    await reached(id, 'JOB_STATUS_FAILED');
    await runner.stop();
    expect((await get(id)).error).toContain('date_to must not be before date_from.');
  });

  test('tries a job that breaks three times, and tells nobody why it broke', async () => {
    let tries = 0;
    const kind = numbers(() => {
      tries++;
      throw new Error('password=secret in /srv/app.ts');
    });
    const queue = open();
    const { id } = await queueReport(queue, kind)({ rows: 1 }, callOf(['s1']));
    const runner = queue.run([kind]);
    for (let expected = 1; expected <= 3; expected++) {
      await expect.poll(() => tries, { timeout: 20_000, interval: 20 }).toBe(expected);
      await reached(id, expected === 3 ? 'JOB_STATUS_FAILED' : 'JOB_STATUS_QUEUED');
      await pass(6);
      queue.wake();
    }
    await runner.stop();
    expect((await get(id)).error).toBe(gaveUp);
  });
});

describe('a job', () => {
  test('is hidden from those who do not see all its sites, and closed to those without the permission', async () => {
    const { id } = await queueReport(open(), numbers())({ rows: 1 }, callOf(['s1', 's2']));
    await expect(get(id, callOf(['s1', 's2', 's3']))).resolves.toMatchObject({ id });
    const hidden = [
      callOf(['s1']),
      callOf([]),
      callOf(['s1', 's2'], ['reports.view'], { ...own, organisationId: 'o2' }),
    ];
    for (const call of hidden) {
      await expect(get(id, call)).rejects.toMatchObject({ kind: 'not_found' });
      await expect(download(id, call)).rejects.toMatchObject({ kind: 'not_found' });
    }
    await expect(get(id, callOf(['s1', 's2'], ['reservations.view']))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('tells of the sites asked for, which the caller must see', async () => {
    const queue = queueReport(open(), numbers());
    const { id } = await queue({ siteId: 's1', rows: 1 }, callOf(['s1', 's2']));
    await expect(get(id, callOf(['s1']))).resolves.toMatchObject({ id });
    await expect(queue({ siteId: 's3', rows: 1 }, callOf(['s1']))).rejects.toMatchObject({ kind: 'not_found' });
    const powerless = callOf(['s1'], ['reservations.view']);
    await expect(queue({ rows: 1 }, powerless)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('is gone after seven days, and housekeeping deletes it with its result', async () => {
    const [queue, kind] = [open(), numbers()];
    const { id } = await queueReport(queue, kind)({ rows: 1 }, callOf(['s1']));
    const runner = queue.run([kind]);
    await reached(id, 'JOB_STATUS_DONE');
    await runner.stop();
    await pass(6 * 86_400);
    await tidyUp(db);
    await expect(get(id)).resolves.toMatchObject({ id });
    await pass(86_400);
    await expect(get(id)).rejects.toMatchObject({ kind: 'not_found' });
    await tidyUp(db);
    expect(await run('select 1 from job_chunks union all select 1 from jobs')).toEqual([]);
  });
});
