import { freshDatabase } from '../../../test/support/servers.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { startTelemetry, type Telemetry } from '../src/telemetry/telemetry.ts';

/** A database with the tables that every service has, and nothing else. */
export interface OpenedDatabase {
  db: Database;
  telemetry: Telemetry;
  /** Closes and drops it. */
  stop(): Promise<void>;
}

/** Makes and opens one. */
export async function openTestDatabase(): Promise<OpenedDatabase> {
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const database = await freshDatabase();
  const db = await openDatabase({ url: database.url, entities: [], migrations: [], telemetry });
  return {
    db,
    telemetry,
    stop: async () => {
      await db.stop();
      await database.drop();
      await telemetry.stop();
    },
  };
}
