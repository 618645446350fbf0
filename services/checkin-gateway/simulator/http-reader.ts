import { createPublicKey, verify } from 'node:crypto';
import { ReaderRefused } from './refused.ts';

/** What is held to a reader, as the reader writes it. */
export interface HeldMedium {
  readonly kind: 'rfid_uid' | 'card_number' | 'barcode' | 'pin' | 'token';
  readonly value: string;
  readonly format?: 'HEX_MSB' | 'HEX_LSB' | 'DECIMAL' | 'TEXT';
}

/** One line of what a reader decided by itself. */
export interface JournalEntry {
  readonly event_id: string;
  readonly medium: HeldMedium;
  readonly occurred_at: string;
  readonly decision: 'granted' | 'denied';
  readonly reader_ref?: string;
}

/** The gateway's answer to a tap. */
export interface HttpDecision {
  readonly event_id: string;
  readonly outcome: 'granted' | 'denied';
  readonly reason: string;
  readonly action: 'check_in' | 'check_out' | 'none';
  readonly display_text: string;
  readonly unlock_ms: number;
  readonly relays: readonly { readonly id: number; readonly on_time_ms: number }[];
  readonly check_in_id: string | null;
  readonly flags: readonly string[];
}

export interface ReplayedEntry {
  readonly event_id: string;
  readonly status: 'accepted' | 'known' | 'quarantined' | 'rejected';
  readonly flags: readonly string[];
}

/** A list whose signature was good. */
export interface CheckedAllowList {
  readonly issued_at: string;
  /** Until when the facts were complete that it is made of, where they were not fresh. */
  readonly as_of: string | null;
  readonly expires_at: string;
  readonly format: string;
  /** Whether whoever comes is let through. */
  readonly open_for_all: boolean;
  readonly entries: readonly {
    readonly kind: string;
    readonly medium: string;
    readonly valid_from: string;
    readonly expires_at: string;
  }[];
}

export interface HttpReaderOptions {
  /** Of the API, such as http://127.0.0.1:8080 */
  readonly baseUrl: string;
  readonly deviceId: string;
  readonly token: string;
  /** How far the reader's clock is ahead of the machine's. */
  readonly clockAheadMs?: number;
}

export interface TapFields {
  /** Made anew when absent. */
  readonly eventId?: string;
  readonly readerRef?: string;
  readonly isDryRun?: boolean;
}

const batchMax = 100;

/** A reader, or a bridge to one, that speaks the HTTP contract. */
export class HttpReader {
  readonly #options: HttpReaderOptions;

  constructor(options: HttpReaderOptions) {
    this.#options = options;
  }

  /** What the reader's own clock shows. */
  now(): Date {
    return new Date(Date.now() + (this.#options.clockAheadMs ?? 0));
  }

  tap(medium: HeldMedium, fields: TapFields = {}): Promise<HttpDecision> {
    return this.#send('POST', 'taps', {
      event_id: fields.eventId ?? crypto.randomUUID(),
      medium,
      occurred_at: this.now().toISOString(),
      ...(fields.readerRef === undefined ? {} : { reader_ref: fields.readerRef }),
      ...(fields.isDryRun === undefined ? {} : { dry_run: fields.isDryRun }),
    });
  }

  /** Hands a journal in, in the order given and in as many requests as that takes. */
  async replay(journal: readonly JournalEntry[]): Promise<ReplayedEntry[]> {
    const results: ReplayedEntry[] = [];
    for (let from = 0; from < journal.length; from += batchMax) {
      const taps = journal.slice(from, from + batchMax);
      results.push(...(await this.#send<{ results: ReplayedEntry[] }>('POST', 'taps/replay', { taps })).results);
    }
    return results;
  }

  pass(eventId: string, passed: boolean): Promise<{ event_id: string; passed: boolean }> {
    return this.#send('POST', 'passages', { event_id: eventId, passed });
  }

  /** Fetches the list and checks its signature; throws when it is not the key's. */
  async allowList(publicKeyPem: string): Promise<CheckedAllowList> {
    const { payload, signature } = await this.#send<{ payload: string; signature: string }>('GET', 'allow-list');
    if (!verify(null, Buffer.from(payload), createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'))) {
      throw new Error('The allow-list is not signed with the key this reader trusts.');
    }
    return JSON.parse(payload) as CheckedAllowList;
  }

  async #send<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const { baseUrl, deviceId, token } = this.#options;
    const response = await fetch(`${baseUrl}/devices/${deviceId}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as { data: Answer; message?: string };
    if (!response.ok) throw new ReaderRefused(response.status, answer.message ?? response.statusText);
    return answer.data;
  }
}
