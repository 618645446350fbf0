import { setTimeout as delay } from 'node:timers/promises';
import type { HeldMedium, HttpDecision, JournalEntry, ReplayedEntry } from './http-reader.ts';
import { runLoad } from './load.ts';
import type { SimulatedDecision } from './reader.ts';
import { ReaderRefused } from './refused.ts';
import type { Stage } from './stage.ts';

/** Something a reader does, for people to look at. */
export interface Behaviour {
  readonly says: string;
  /** Plays it; throws where the gateway does not do as it should. */
  run(stage: Stage): Promise<void>;
}

const unknownCard = '04FFFFFFFFFFFF';
const minuteMs = 60_000;

/** All of them by their names on the command line. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  tap: {
    says: 'holds a card to the reader, or what --kind says; with --http over HTTP',
    run: async (stage) => {
      const { isHttp, medium } = stage.options;
      if (isHttp) return void (await tapOverHttp(stage, medium));
      const reader = await stage.connect();
      const { kind, value } = medium;
      tell(stage, await (kind === 'barcode' ? reader.barcode(value) : reader.tap({ uid: value })));
      if (stage.options.passed === undefined) return;
      reader.pass(stage.options.passed);
      stage.say(stage.options.passed ? 'Told that somebody went through.' : 'Told that nobody went through.');
    },
  },
  tag: {
    says: 'the same, told as IO.TagInReader',
    run: async (stage) => tell(stage, await (await stage.connect()).tag({ uid: stage.options.card })),
  },
  barcode: {
    says: 'holds a printed code to the reader',
    run: async (stage) => tell(stage, await (await stage.connect()).barcode(stage.options.card)),
  },
  double: {
    says: 'one scan that the device tells of twice',
    run: async (stage) => {
      const reader = await stage.connect();
      tell(stage, await reader.double(stage.options.card));
      await reader.barcode('a later scan');
      expectThat(reader.decisionCount === 2, 'The gateway decided one scan twice.');
      stage.say('It was decided once.');
    },
  },
  repeat: {
    says: 'the same card twice within two seconds',
    run: async (stage) => {
      const reader = await stage.connect();
      for (let count = 0; count < 2; count++) tell(stage, await reader.tap({ uid: stage.options.card }));
    },
  },
  'same-id': {
    says: 'over HTTP: one event sent twice, as after a lost answer',
    run: async (stage) => {
      const eventId = crypto.randomUUID();
      const first = await tapOverHttp(stage, stage.options.medium, eventId);
      const second = await tapOverHttp(stage, stage.options.medium, eventId);
      expectThat(JSON.stringify(first) === JSON.stringify(second), 'The second answer differs from the first.');
      stage.say('Both answers are the same one.');
    },
  },
  silence: {
    says: 'falls silent after the decision, is given up, and comes back',
    run: async (stage) => {
      const relays = new Set<number>();
      const reader = await stage.connect({ relays, isWithoutUnlockProcess: true });
      tell(stage, await reader.tap({ uid: stage.options.card }));
      stage.say(`Silent from now on. Relays on: ${[...relays].join(', ') || 'none'}.`);
      reader.fallSilent();
      stage.say(`The gateway gave the connection up (${await reader.closed}).`);
      await stage.connect({ relays, isWithoutUnlockProcess: true });
      await isOff(relays);
      stage.say('Back again. All relays are off.');
    },
  },
  unheard: {
    says: 'falls silent between the tap and its answer, is given up, and comes back',
    run: async (stage) => {
      const reader = await stage.connect();
      reader.report({ uid: stage.options.card });
      reader.fallSilent();
      stage.say(`Silent before the answer. The gateway gave the connection up (${await reader.closed}).`);
      expectThat(reader.decisionCount === 0, 'The answer was heard.');
      tell(stage, await (await stage.connect()).tap({ uid: stage.options.card }));
    },
  },
  slow: {
    says: 'answers each request half a second late',
    run: async (stage) => {
      const reader = await stage.connect({ answersAfterMs: 500, isWithoutUnlockProcess: true });
      tell(stage, await reader.tap({ uid: stage.options.card }));
    },
  },
  'no-unlock': {
    says: 'firmware without an unlock process: relays are switched on and off one by one',
    run: async (stage) => {
      const reader = await stage.connect({ isWithoutUnlockProcess: true });
      tell(stage, await reader.tap({ uid: stage.options.card }));
      stage.say(`Relays on: ${[...reader.relaysOn].join(', ') || 'none'}.`);
      await isOff(reader.relaysOn);
      stage.say('All relays are off.');
    },
  },
  'no-heartbeat': {
    says: 'sends no heartbeat, is given up, and comes back',
    run: async (stage) => {
      stage.say(`The gateway gave the connection up (${await (await stage.connect({ isSilent: true })).closed}).`);
      tell(stage, await (await stage.connect()).tap({ uid: stage.options.card }));
    },
  },
  reconnect: {
    says: 'connects again while its old connection is open',
    run: async (stage) => {
      const older = await stage.connect();
      const newer = await stage.connect();
      stage.say(`The older connection was closed (${await older.closed}).`);
      tell(stage, await newer.tap({ uid: stage.options.card }));
    },
  },
  'wrong-token': {
    says: 'dials in with a token that is none',
    run: (stage) => isRefused(stage, stage.connect({ token: `${stage.options.token.slice(0, -8)}AAAAAAAA` })),
  },
  'wrong-serial': {
    says: 'says another serial number than the device has',
    run: (stage) => isRefused(stage, stage.connect({ serial: `not-${stage.options.serial}` })),
  },
  garbage: {
    says: 'sends frames that are none, and then taps',
    run: async (stage) => {
      const reader = await stage.connect();
      for (const text of ['', '{', '[]', '{"Cmd":1}', '{"Cmd":"App.CardIdent","MT":"Evt","Data":7}'])
        reader.sendRaw(text);
      tell(stage, await reader.tap({ uid: stage.options.card }));
    },
  },
  flood: {
    says: 'a thousand taps within a second; most are dropped',
    run: async (stage) => {
      const reader = await stage.connect();
      for (let count = 0; count < 1_000; count++) {
        reader.report({ uid: count.toString(16).padStart(8, '0') });
        if (count % 10 === 0) await delay(10);
      }
      await delay(2_000);
      stage.say(`Of 1,000 taps the gateway decided ${reader.decisionCount}.`);
    },
  },
  skew: {
    says: 'over HTTP: a reader whose clock is an hour ahead',
    run: async (stage) => {
      const http = stage.http({ clockAheadMs: 60 * minuteMs });
      tellHttp(stage, await http.tap({ kind: 'rfid_uid', value: stage.options.card }));
      stage.say("The tap was decided by the gateway's clock; the device's status shows how far its own is ahead.");
    },
  },
  dry: {
    says: 'over HTTP: asks what a tap would lead to, and leads to nothing',
    run: async (stage) => {
      tellHttp(stage, await stage.http().tap(stage.options.medium, { isDryRun: true }));
    },
  },
  replay: {
    says: 'over HTTP: hands in what it decided while it was alone (--entries), shuffled, and then again',
    run: async (stage) => {
      const journal = shuffled(journalOf(stage.options.card, stage.options.numbers.entries));
      const http = stage.http();
      stage.say(`${journal.length} entries handed in: ${statusesOf(await http.replay(journal))}.`);
      stage.say(`The same again in another order: ${statusesOf(await http.replay(shuffled(journal)))}.`);
    },
  },
  'allow-list': {
    says: 'over HTTP: fetches the allow-list and checks its signature',
    run: async (stage) => {
      const { entries, expires_at } = await stage.http().allowList(await stage.allowListKey());
      stage.say(`The signature is good. ${entries.length} media may come in until ${expires_at}:`);
      for (const { kind, medium, expires_at: until } of entries) stage.say(`  ${kind} ${medium} until ${until}`);
    },
  },
  load: {
    says: 'taps at --readers devices of its own, --rate a second for --seconds; tells how long decisions took',
    run: load,
  },
  stay: {
    says: 'stays connected until it is interrupted',
    run: async (stage) => {
      const reader = await stage.connect();
      stage.say('Connected. Interrupt to leave.');
      stage.say(`The gateway closed the connection (${await reader.closed}).`);
    },
  },
};

async function load(stage: Stage): Promise<void> {
  const { readers: count, rate, seconds } = stage.options.numbers;
  expectThat(stage.options.listen === undefined, 'The readers of a load dial in: please leave --listen out.');
  const devices = await Promise.all(Array.from({ length: count }, () => stage.addDevice()));
  const readers = await Promise.all(devices.map((device) => stage.connect(device)));
  stage.say(`${count} readers, ${rate} taps a second for ${seconds} s`);
  const cards = [stage.options.card, unknownCard];
  const report = await runLoad({ readers, tapsPerSecond: rate, seconds, cards });
  stage.say(`${report.taps} taps, ${report.taps - report.unanswered} decided, ${report.unanswered} without an answer`);
  for (const [text, times] of report.shown) stage.say(`  ${times} x ${text}`);
  const [p50, p99, longest] = [report.p50Ms, report.p99Ms, report.longestMs].map((ms) => ms.toFixed(1));
  stage.say(`from tap to answer: p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms`);
}

function tell(stage: Stage, { outcome, displayText, ms }: SimulatedDecision): void {
  stage.say(`${outcome}: "${displayText}" after ${ms.toFixed(1)} ms`);
}

function tellHttp(stage: Stage, { outcome, reason, action, display_text: text }: HttpDecision): void {
  stage.say(`${outcome} (${reason}): "${text}", ${action.replace('_', '-')}`);
}

async function tapOverHttp(
  stage: Stage,
  medium: HeldMedium,
  eventId: string = crypto.randomUUID(),
): Promise<HttpDecision> {
  const http = stage.http();
  const decision = await http.tap(medium, { eventId });
  tellHttp(stage, decision);
  if (stage.options.passed !== undefined) await http.pass(eventId, stage.options.passed);
  return decision;
}

async function isRefused(stage: Stage, connecting: Promise<unknown>): Promise<void> {
  const error: unknown = await connecting.catch((reason: unknown) => reason);
  if (error instanceof ReaderRefused) return stage.say(`Refused, as it should be: ${error.message}`);
  throw error instanceof Error ? error : new Error('The gateway let it in, which it should not.');
}

async function isOff(relays: ReadonlySet<number>): Promise<void> {
  for (let tries = 0; relays.size > 0; tries++) {
    expectThat(tries < 1_000, 'A relay stays on.');
    await delay(20);
  }
}

function expectThat(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

/** A guest who comes and goes every few minutes, up to now. */
function journalOf(card: string, count: number): JournalEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    event_id: crypto.randomUUID(),
    medium: { kind: 'rfid_uid', value: card },
    occurred_at: new Date(Date.now() - (count - index) * 2 * minuteMs).toISOString(),
    decision: 'granted',
  }));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

function statusesOf(results: readonly ReplayedEntry[]): string {
  const counts = new Map<string, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}
