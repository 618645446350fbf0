import { setTimeout as delay } from 'node:timers/promises';
import { benchRow, type BenchRow } from './bench-row.ts';
import { percentile } from './statistics.ts';
import { startStoppableSystem } from './stoppable-system.ts';
import { mistakesIn, readJournal } from './tap-journal.ts';
import { type Card, openTapSite, type TapSite } from './tap-site.ts';
import type { Workbench } from './workbench.ts';

const tapsPerSecond = 50;
const seconds = { before: 20, away: 60, after: 20 };
/** Facts are as good as live for some seconds after the last heartbeat, and again some time after the first. */
const graceMs = 10_000;

/** Fifty taps a second at twenty readers; in the middle all services but the doors' own are stopped for a minute. */
export async function taps(bench: Workbench): Promise<BenchRow[]> {
  bench.say('  a system of its own, 360 cards, 20 readers');
  const system = await startStoppableSystem(bench);
  const site = await openTapSite(bench, system);
  // Whatever was told last is known at the doors within a second.
  await delay(2_000);
  const crowd = new Crowd(site);
  bench.say(`  ${tapsPerSecond} taps a second for ${seconds.before} s`);
  const before = await crowd.tapFor(seconds.before);
  const blocked = await site.blockOne();
  await delay(1_000);
  bench.say(`  all other services stopped for ${seconds.away} s`);
  const stopping = system.stopOthers('checkin-gateway');
  const awayFromMs = Date.now();
  crowd.add(blocked);
  const away = await crowd.tapFor(seconds.away);
  await stopping;
  const starting = system.startOthers();
  const backFromMs = Date.now();
  bench.say(`  and back, ${seconds.after} s`);
  const after = await crowd.tapFor(seconds.after);
  await starting;
  const journal = await readJournal(system.databaseUrl('checkin'), site.id, crowd.tapCount);
  const mistakes = mistakesIn(journal, crowd.cards, crowd.tapCount);
  for (const line of mistakes.examples) bench.say(`  ${line}`);
  const inAway = journal.taps.filter(({ receivedMs }) => receivedMs > awayFromMs + graceMs && receivedMs < backFromMs);
  const none = { of: 'figure', is: '<=', value: 0 } as const;
  const bar = { of: 'figure', is: '<=', value: 50 } as const;
  const all = [...before, ...away, ...after];
  return [
    benchRow({ name: 'taps: decision, p50', figure: percentile(all, 0.5), unit: 'ms' }),
    benchRow({ name: 'taps: decision, p99', figure: percentile(all, 0.99), unit: 'ms', bar }),
    benchRow({ name: 'taps: others stopped, p99', figure: percentile(away, 0.99), unit: 'ms', bar }),
    benchRow({ name: 'taps: decided', figure: all.length, unit: 'taps' }),
    benchRow({ name: 'taps: decided against the last known facts', figure: mistakes.wrong, unit: 'taps', bar: none }),
    benchRow({ name: 'taps: lost or written twice', figure: mistakes.lostOrDoubled, unit: 'taps', bar: none }),
    benchRow({
      ...{ name: 'taps: others stopped, without as_of', unit: 'taps', bar: none },
      figure: inAway.filter(({ asOf }) => asOf === null).length,
    }),
  ];
}

/** Everybody with a card, one after the other: members go in and out by turns, all others only try to get in. */
class Crowd {
  readonly cards: Card[];
  tapCount = 0;
  readonly #site: TapSite;
  readonly #tapsOf = new Map<string, number>();
  #next = 0;

  constructor(site: TapSite) {
    this.#site = site;
    this.cards = [...site.cards];
  }

  add(card: Card): void {
    this.cards.push(card);
  }

  /** Taps at a steady rate, however long decisions take; answers how long each took, in milliseconds. */
  async tapFor(duration: number): Promise<number[]> {
    const begun = performance.now();
    const pending: Promise<number>[] = [];
    for (let tap = 0; tap < duration * tapsPerSecond; tap++) {
      await delay(Math.max(0, begun + (tap * 1_000) / tapsPerSecond - performance.now()));
      pending.push(this.#tapNext());
    }
    return Promise.all(pending);
  }

  async #tapNext(): Promise<number> {
    const card = this.cards[this.#next];
    this.#next = (this.#next + 1) % this.cards.length;
    if (!card) throw new Error('Nobody has a card.');
    const tapsBefore = this.#tapsOf.get(card.uid) ?? 0;
    this.#tapsOf.set(card.uid, tapsBefore + 1);
    const isGoingOut = card.reason === 'granted' && tapsBefore % 2 === 1;
    const readers = isGoingOut ? this.#site.exits : this.#site.entrances;
    const decision = await readers[this.tapCount++ % readers.length]?.tap({ uid: card.uid });
    return decision?.ms ?? Number.NaN;
  }
}
