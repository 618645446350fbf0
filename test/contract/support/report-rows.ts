import { setTimeout as after } from 'node:timers/promises';
import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** A report that has been made in the background. */
export async function addReportRows(api: Api, { site }: Seeded): Promise<Rows> {
  const queued = await api.get<Row>(`/shop/reports/room-occupancy/queue?site_id=${site}`);
  for (let job = queued; job['status'] !== 'done'; job = await api.get<Row>(`/reports/jobs/${queued.id}`)) {
    if (job['status'] === 'failed') throw new Error(`The report failed: ${String(job['error'])}`);
    await after(50);
  }
  return { inFields: {}, inPaths: { '/reports/jobs/{}': queued.id } };
}
