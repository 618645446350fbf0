import { type Api, apiAt } from '../seed/api.ts';

/** What `npm start` leaves for scripts, as far as the demo needs it. */
export interface LocalFacts {
  baseUrl: string;
  readersUrl: string;
  token: string;
  site: string;
  appointment_types: Record<string, string>;
  customers: Record<string, string>;
  wearables: Record<string, string>;
  devices: Record<string, { id: string; token: string; serial: string }>;
}

/** A demo in progress: two callers and a voice. */
export interface Story {
  local: LocalFacts;
  /** Anybody, without a token: may look. */
  guest: Api;
  /** The shop and the desk, with the site's token: may book. */
  staff: Api;
  /** Says what happens. */
  tell(line: string): void;
}

export function beginStory(local: LocalFacts, tell: (line: string) => void): Story {
  return { local, guest: apiAt(local.baseUrl), staff: apiAt(local.baseUrl, local.token), tell };
}

/** An amount of pence as people read it. */
export function pounds(amountMinor: number): string {
  return `£${(amountMinor / 100).toFixed(2)}`;
}

/** A local date some days ahead of now, in the site's time zone. */
export function dateAhead(days: number): string {
  return new Date(Date.now() + days * 24 * 3_600_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/London' });
}
