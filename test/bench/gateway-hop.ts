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
  const answers = new Map<string, Buffer>();
  for (const [kind, paths] of Object.entries({ day, month }))
    for (const [index, path] of paths.entries()) answers.set(`${kind}-${index}`, await fetchBytes(gateway, path));
  const pair = openPool(bench, await startBarePair(bench, answers));
  const compare = (kind: string, paths: readonly string[]) => {
    const bare = paths.map((_, index) => `/${kind}-${index}`);
    return compareLoads({ gateway: sender(gateway, paths), pair: sender(pair, bare) });
  };
  bench.say(`  day search (${day.length} requests, ${answers.get('day-0')?.length} bytes), sixteen in flight`);
  const days = await compare('day', day);
  bench.say(`  month search (${month.length} requests, ${answers.get('month-0')?.length} bytes)`);
  const months = await compare('month', month);
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

/** The paths of searches of one day and of 31 days as the shop asks: each appointment type, from each day of the near future. */
function searchesOf({ siteId, appointmentTypeIds }: SeededSystem): { day: string[]; month: string[] } {
  const today = localDateOf(Date.now(), 'Europe/London');
  const asked = Object.values(appointmentTypeIds).flatMap((typeId) =>
    Array.from({ length: 40 }, (_, day) => ({ typeId, from: addDays(today, 7 + day) })),
  );
  return {
    day: asked.map(
      ({ typeId, from }) =>
        `/shop/item-availability/appointments/${siteId}/${typeId}?date_from=${from}&date_to=${from}`,
    ),
    month: asked.map(({ typeId, from }) => {
      const dates = new URLSearchParams({
        ...{ offering_id: typeId, offering_type: 'appointment', site_id: siteId },
        ...{ date_from: from, date_to: addDays(from, 30) },
      });
      return `/shop/item-availability/offering-dates?${dates}`;
    }),
  };
}

/** Puts the answers where the bare service reads them; returns the bare app's URL. */
async function startBarePair(bench: Workbench, answers: ReadonlyMap<string, Buffer>): Promise<string> {
  const folder = join(bench.folder, 'answers');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of answers) writeFileSync(join(folder, name), bytes);
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

/** Sends one path after the other, and then from the first again. */
function sender(pool: Pool, paths: readonly string[]): () => Promise<unknown> {
  let next = 0;
  return () => fetchBytes(pool, paths[next++ % paths.length] ?? '');
}
