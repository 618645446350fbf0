import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { benchRow, type BenchRow } from './bench-row.ts';
import { startChildServer } from './child-server.ts';
import { compareLoads, inFlight, type Load } from './run-load.ts';
import type { SeededSystem, Workbench } from './workbench.ts';

/** Searches through the gateway, beside a bare Express app and a bare gRPC service that answer the same bytes. */
export async function gatewayHop(bench: Workbench): Promise<BenchRow[]> {
  const system = await bench.system();
  const { day, month } = searchesOf(system);
  const gateway = openPool(bench, system.baseUrl);
  const answers = { day: await fetchBytes(gateway, day), month: await fetchBytes(gateway, month) };
  const pair = openPool(bench, await startBarePair(bench, answers));
  bench.say(`  day search (${answers.day.length} bytes), sixteen requests in flight`);
  const days = await compareLoads({ gateway: sender(gateway, day), pair: sender(pair, '/day') });
  bench.say(`  month search (${answers.month.length} bytes)`);
  const months = await compareLoads({ gateway: sender(gateway, month), pair: sender(pair, '/month') });
  return [...rowsOf('day search', days, undefined), ...rowsOf('month search', months, 0.7)];
}

function rowsOf(name: string, loads: { gateway: Load; pair: Load }, leastShare: number | undefined): BenchRow[] {
  const { gateway, pair } = loads;
  return [
    benchRow({
      ...{ name: `gateway: ${name}`, figure: gateway.perSecond, unit: 'requests/s', against: pair.perSecond },
      ...(leastShare !== undefined && { bar: { of: 'ratio', is: '>=', value: leastShare } }),
    }),
    benchRow({ name: `gateway: ${name}, p50`, figure: gateway.p50Ms, unit: 'ms', against: pair.p50Ms }),
    benchRow({
      ...{ name: `gateway: ${name}, p99`, figure: gateway.p99Ms, unit: 'ms', against: pair.p99Ms },
      bar: { of: 'ratio', is: '<=', value: 2 },
    }),
  ];
}

/** The paths of a search of one day and of 31 days, in the near future, as the shop asks. */
function searchesOf({ siteId, appointmentTypeIds }: SeededSystem): { day: string; month: string } {
  const typeId = appointmentTypeIds['Swedish massage'] ?? '';
  const from = addDays(localDateOf(Date.now(), 'Europe/London'), 7);
  const dates = new URLSearchParams({
    ...{ offering_id: typeId, offering_type: 'appointment', site_id: siteId },
    ...{ date_from: from, date_to: addDays(from, 30) },
  });
  return {
    day: `/shop/item-availability/appointments/${siteId}/${typeId}?date_from=${from}&date_to=${from}`,
    month: `/shop/item-availability/offering-dates?${dates}`,
  };
}

/** Puts the answers where the bare service reads them; returns the bare app's URL. */
async function startBarePair(bench: Workbench, answers: Record<string, Buffer>): Promise<string> {
  const folder = join(bench.folder, 'answers');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(answers)) writeFileSync(join(folder, name), bytes);
  const bytesAddress = await startChildServer(bench, 'bare-bytes.ts', { BENCH_ANSWERS: folder });
  return `http://${await startChildServer(bench, 'bare-express.ts', { BENCH_BYTES_ADDRESS: bytesAddress })}`;
}

function openPool(bench: Workbench, url: string): Pool {
  const pool = new Pool(url, { connections: inFlight });
  bench.defer(() => pool.close());
  return pool;
}

async function fetchBytes(pool: Pool, path: string): Promise<Buffer> {
  const { statusCode, body } = await pool.request({ method: 'GET', path });
  const bytes = Buffer.from(await body.arrayBuffer());
  if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}: ${bytes.toString()}`);
  return bytes;
}

function sender(pool: Pool, path: string): () => Promise<unknown> {
  return () => fetchBytes(pool, path);
}
