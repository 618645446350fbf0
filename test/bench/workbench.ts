import type { Postgres } from '../../tools/local/postgres.ts';
import type { System } from '../../tools/start/system.ts';

/** What the measurements share. Everything it starts ends with it. */
export interface Workbench {
  /** A folder for files of this run. */
  readonly folder: string;
  /** Tells the person at the terminal what is going on. */
  say(line: string): void;
  /** Undone when the measurement is over, however it ends; register it before waiting for what it undoes. */
  defer(undo: () => unknown): void;
  /** A PostgreSQL that flushes commits to disk, as in production. */
  postgres(): Promise<Postgres>;
  natsUrl(): Promise<string>;
  /** An empty database; returns its URL. */
  freshDatabase(): Promise<string>;
  /** The six services, a process each, with the demo site; started once for all measurements. */
  system(): Promise<SeededSystem>;
}

/** The running system with the demo site. */
export interface SeededSystem extends System {
  /** A staff token that may do everything. */
  readonly token: string;
  readonly organisationId: string;
  readonly siteId: string;
  /** The demo site's appointment types by name. */
  readonly appointmentTypeIds: Readonly<Record<string, string>>;
  /** host:port of a service. */
  addressOf(service: string): string;
}
