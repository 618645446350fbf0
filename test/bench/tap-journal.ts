import { Client } from 'pg';
import { waitUntil } from '../../tools/local/ports.ts';
import type { Card } from './tap-site.ts';

/** What was written of the taps at a site. */
export interface TapJournal {
  /** In the order they were received. */
  readonly taps: readonly WrittenTap[];
  readonly visitCount: number;
  /** Events of the visits that others have not been told of in ten seconds. */
  readonly untold: number;
}

interface WrittenTap {
  readonly uid: string;
  readonly receivedMs: number;
  readonly reason: string | null;
  readonly action: string | null;
  /** Since when the facts were no longer known to be complete; null of fresh ones. */
  readonly asOf: string | null;
}

/** Reads what was written in the doors' database, once as much is there as was sent and everything is told, or in vain for ten seconds. */
export async function readJournal(databaseUrl: string, siteId: string, sent: number): Promise<TapJournal> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (sql: string, values: unknown[] = []): Promise<number> =>
    (await client.query<{ count: number }>(`select count(*)::int as count from ${sql}`, values)).rows[0]?.count ?? 0;
  const untold = (): Promise<number> => count('outbox where published_at is null');
  try {
    const written = (): Promise<number> => count('taps where site_id = $1 and decision is not null', [siteId]);
    await waitUntil(async () => (await written()) === sent && (await untold()) === 0, 10_000);
    const { rows } = await client.query<WrittenTap>(
      `select medium_value as uid, extract(epoch from received_at)::float8 * 1000 as "receivedMs",
         decision->>'reason' as reason, decision->>'action' as action, decision->>'asOf' as "asOf"
       from taps where site_id = $1 order by received_at`,
      [siteId],
    );
    const visitCount = await count('visits where site_id = $1 and deleted_at is null', [siteId]);
    return { taps: rows, visitCount, untold: await untold() };
  } finally {
    await client.end();
  }
}

export interface Mistakes {
  /** Decisions that the facts do not bear out. */
  readonly wrong: number;
  /** Taps and visits that are missing, and those that are there more than once. */
  readonly lostOrDoubled: number;
  /** Some of them in words. */
  readonly examples: readonly string[];
}

/** Holds what was written against what the cards should come to: members go in and out by turns, and nobody else goes in. */
export function mistakesIn({ taps, visitCount, untold }: TapJournal, cards: readonly Card[], sent: number): Mistakes {
  const reasons = new Map(cards.map(({ uid, reason }) => [uid, reason]));
  const lastActions = new Map<string, string>();
  const wrong = taps.filter(({ uid, reason, action }) => {
    const expected = reasons.get(uid);
    if (expected !== 'granted') return reason !== expected;
    const turn = lastActions.get(uid) === 'check_in' ? 'check_out' : 'check_in';
    lastActions.set(uid, turn);
    return reason !== 'granted' || action !== turn;
  });
  const arrivals = taps.filter(({ action }) => action === 'check_in').length;
  return {
    wrong: wrong.length,
    lostOrDoubled: Math.abs(sent - taps.length) + Math.abs(arrivals - visitCount) + untold,
    examples: [
      ...wrong
        .slice(0, 5)
        .map(
          ({ uid, reason, action }) => `${uid}, ${reasons.get(uid) ?? 'no card'}: ${reason ?? 'undecided'}, ${action}`,
        ),
      ...(sent === taps.length ? [] : [`${sent} taps sent, ${taps.length} written`]),
      ...(arrivals === visitCount ? [] : [`${arrivals} arrivals, ${visitCount} visits`]),
      ...(untold === 0 ? [] : [`${untold} events not told`]),
    ],
  };
}
