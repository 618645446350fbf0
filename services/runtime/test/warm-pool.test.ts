import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { freshDatabase } from '../../../test/support/servers.ts';
import { openDatabase } from '../src/db/database.ts';
import { startTelemetry } from '../src/telemetry/telemetry.ts';

test('a database has the connections that it keeps open before anybody asks it', async () => {
  const { url, drop } = await freshDatabase();
  onTestFinished(() => drop());
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  onTestFinished(() => telemetry.stop());
  const db = await openDatabase({ url, entities: [], migrations: [], telemetry, poolMin: 5 });
  onTestFinished(() => db.stop());
  const watching = new Client({ connectionString: url });
  await watching.connect();
  onTestFinished(() => watching.end());
  const { rows } = await watching.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  expect(rows).toEqual([{ count: 5 }]);
});
