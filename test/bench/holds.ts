import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import { benchRow, type BenchRow } from './bench-row.ts';
import { type HotSet, openHotSet } from './hot-set.ts';
import { median, percentile } from './statistics.ts';
import type { Workbench } from './workbench.ts';

const clientCount = 16;
const rounds = 5;
const roundSeconds = 2;

/** Sixteen clients who hold and release starts of one hot day at the rpc. */
export async function holds(bench: Workbench): Promise<BenchRow[]> {
  const hot = await openHotSet(bench);
  bench.say(`  ${clientCount} clients on ${hot.starts.length} starts`);
  await runRound(hot);
  const results: Round[] = [];
  for (let round = 0; round < rounds; round++) results.push(await runRound(hot));
  const failures = results.flatMap(({ failures }) => failures);
  for (const reason of new Set(failures)) bench.say(`  refused for another reason: ${reason}`);
  const { overlaps, deadlocks } = await inspect(hot.databaseUrl);
  const middle = (valueOf: (round: Round) => number): number => median(results.map(valueOf));
  const none = { of: 'figure', is: '<=', value: 0 } as const;
  return [
    benchRow({ name: 'holds: granted, p50', figure: middle(({ times }) => percentile(times, 0.5)), unit: 'ms' }),
    benchRow({
      ...{ name: 'holds: granted, p99', figure: middle(({ times }) => percentile(times, 0.99)), unit: 'ms' },
      bar: { of: 'figure', is: '<=', value: 50 },
    }),
    benchRow({ name: 'holds: granted', figure: middle(({ times }) => times.length / roundSeconds), unit: 'holds/s' }),
    benchRow({ name: 'holds: refused', figure: middle(({ refused }) => refused / roundSeconds), unit: 'holds/s' }),
    benchRow({ name: 'holds: deadlocks and failures surfaced', figure: failures.length, unit: 'calls', bar: none }),
    benchRow({ name: 'holds: deadlocks PostgreSQL saw', figure: deadlocks, unit: 'times' }),
    benchRow({ name: 'holds: claims that overlap', figure: overlaps, unit: 'pairs', bar: none }),
  ];
}

interface Round {
  /** Milliseconds of each granted hold. */
  readonly times: number[];
  /** Holds refused because somebody has the time. */
  readonly refused: number;
  /** The reasons of all other refusals. */
  readonly failures: string[];
}

async function runRound(hot: HotSet): Promise<Round> {
  const end = performance.now() + roundSeconds * 1000;
  const clients = await Promise.all(Array.from({ length: clientCount }, () => keepHolding(hot, end)));
  return {
    times: clients.flatMap(({ times }) => times),
    refused: clients.reduce((sum, { refused }) => sum + refused, 0),
    failures: clients.flatMap(({ failures }) => failures),
  };
}

/** One client: it holds any of the starts, and gives it back at once so that others can have it. */
async function keepHolding(hot: HotSet, end: number): Promise<Round> {
  const times: number[] = [];
  const failures: string[] = [];
  let refused = 0;
  while (performance.now() < end) {
    const orderId = newShopId();
    const begun = performance.now();
    try {
      await hold(hot, orderId);
      times.push(performance.now() - begun);
      await release(hot, orderId);
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'already_taken') refused++;
      else failures.push(error instanceof Refusal ? error.reason : String(error));
    }
  }
  return { times, refused, failures };
}

function hold({ bookings, caller, siteId, typeId, starts }: HotSet, orderId: string): Promise<unknown> {
  const item = {
    ...{ itemId: newShopId(), offeringType: 'appointment', offeringId: typeId },
    startTime: starts[randomInt(starts.length)] ?? '',
    ...{ durationMinutes: 60, guests: 1, guestIds: [], practitionerIds: [], areaIds: [], isBooked: false },
  };
  const rules = { customerId: null, holdMinutes: 10, skipRules: false, isOnline: true };
  return bookings.hold({ orderId, siteId, items: [item], ...rules }, caller);
}

function release({ bookings, caller }: HotSet, orderId: string): Promise<unknown> {
  return bookings.release({ orderId, itemIds: [] }, caller);
}

/** Pairs of active claims that hold one unit at one time, and the deadlocks the database broke. */
async function inspect(databaseUrl: string): Promise<{ overlaps: number; deadlocks: number }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const pairs = await client.query<{ count: number }>(
      `select count(*)::int as count from claims a join claims b
       on a.id < b.id and a.resource_id = b.resource_id and a.unit = b.unit and a.during && b.during
       where a.active and b.active`,
    );
    const seen = await client.query<{ count: number }>(
      'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    );
    return { overlaps: pairs.rows[0]?.count ?? 0, deadlocks: seen.rows[0]?.count ?? 0 };
  } finally {
    await client.end();
  }
}
