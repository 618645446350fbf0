import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../../test/bench/statistics.ts';
import type { SimulatedReader } from './reader.ts';

export interface LoadOptions {
  readonly readers: readonly SimulatedReader[];
  readonly tapsPerSecond: number;
  readonly seconds: number;
  /** Held to the readers by turns. */
  readonly cards: readonly string[];
}

/** What became of the taps of a load. Times are from when a tap was due to its answer, in milliseconds. */
export interface LoadReport {
  readonly taps: number;
  readonly unanswered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** How often each text was shown, by outcome and text. */
  readonly shown: ReadonlyMap<string, number>;
}

/** Taps at a steady rate, however long decisions take, each reader and each card by turns. */
export async function runLoad({ readers, tapsPerSecond, seconds, cards }: LoadOptions): Promise<LoadReport> {
  const times: number[] = [];
  const shown = new Map<string, number>();
  let unanswered = 0;
  const tap = async (turn: number, dueMs: number): Promise<void> => {
    try {
      const decision = await readers[turn % readers.length]?.tap({ uid: cards[turn % cards.length] ?? '' });
      if (!decision) return;
      times.push(performance.now() - dueMs);
      const text = `${decision.outcome}: ${decision.displayText}`;
      shown.set(text, (shown.get(text) ?? 0) + 1);
    } catch {
      unanswered += 1;
    }
  };
  const begunMs = performance.now();
  const taps = Math.round(tapsPerSecond * seconds);
  const pending: Promise<void>[] = [];
  for (let turn = 0; turn < taps; turn++) {
    const dueMs = begunMs + (turn * 1_000) / tapsPerSecond;
    await delay(Math.max(0, dueMs - performance.now()));
    pending.push(tap(turn, dueMs));
  }
  await Promise.all(pending);
  return {
    ...{ taps, unanswered, shown },
    ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), longestMs: percentile(times, 1) },
  };
}
