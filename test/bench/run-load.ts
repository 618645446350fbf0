import { median, percentile } from './statistics.ts';

/** How a server bore a load. */
export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export const inFlight = 16;

const warmUpRequests = 2_000;
const warmUpSecondsMax = 6;

/** Sends requests for so many seconds, always sixteen at once. */
export async function runLoad(send: () => Promise<unknown>, seconds: number): Promise<Load> {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const times: number[] = [];
  const keepSending = async (): Promise<void> => {
    for (let now = performance.now(); now < end; ) {
      await send();
      const answered = performance.now();
      times.push(answered - now);
      now = answered;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepSending));
  return {
    perSecond: (times.length * 1000) / (performance.now() - begun),
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

export interface LoadRounds {
  readonly rounds?: number;
  readonly seconds?: number;
}

/** The medians of several rounds under load, in which the servers take turns, after a warm-up of each. */
export async function compareLoads<Name extends string>(
  senders: Record<Name, () => Promise<unknown>>,
  { rounds = 5, seconds = 1 }: LoadRounds = {},
): Promise<Record<Name, Load>> {
  const entries = Object.entries<() => Promise<unknown>>(senders) as [Name, () => Promise<unknown>][];
  const loads = new Map<Name, Load[]>(entries.map(([name]) => [name, []]));
  for (const [, send] of entries) await warmUp(send);
  for (let round = 0; round < rounds; round++) {
    for (const [name, send] of entries) loads.get(name)?.push(await runLoad(send, seconds));
  }
  return Object.fromEntries(entries.map(([name]) => [name, middle(loads.get(name) ?? [])])) as Record<Name, Load>;
}

/** The compiler has seen enough of a server after so many requests; a slow machine gets no more than a few seconds for them. */
async function warmUp(send: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + warmUpSecondsMax * 1000;
  for (let sent = 0; sent < warmUpRequests && performance.now() < end; sent += inFlight) {
    await Promise.all(Array.from({ length: inFlight }, send));
  }
}

function middle(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    p50Ms: median(loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
  };
}
