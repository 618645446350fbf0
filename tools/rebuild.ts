import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import {
  askRebuild,
  findSources,
  type Projection,
  projections,
} from '../services/checkin-gateway/src/projections/sources.repository.ts';

const usage = `Makes what a service keeps of others' facts what their owners say now, while it goes on to work with it.
The service, named by its LIDO_DATABASE_URL, must be running; it asks the owners.
  npm run rebuild -- checkin-gateway all
  npm run rebuild -- checkin-gateway ${projections.join(' | ')}`;

const lookEveryMs = 250;

/** Asks for rebuilds and waits until the service has done them. */
async function main([service, name]: readonly string[]): Promise<void> {
  const { LIDO_DATABASE_URL: url } = process.env;
  const asked = name === 'all' ? projections : projections.filter((projection) => projection === name);
  if (!url || service !== 'checkin-gateway' || asked.length === 0) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const telemetry = startTelemetry({ service: 'rebuild', logLevel: 'silent' });
  const db = await openDatabase({ url, entities: [], migrations: [], telemetry });
  await askRebuild(db.fork(), asked);
  console.log(`Asked the ${service} to rebuild ${asked.join(', ')}.`);
  let waiting: readonly Projection[] = asked;
  while (waiting.length > 0) {
    await delay(lookEveryMs);
    const states = await findSources(db.fork());
    const isDone = (projection: Projection): boolean =>
      states.some(({ source, isRebuildWanted }) => source === projection && !isRebuildWanted);
    for (const projection of waiting.filter(isDone)) console.log(`  ${projection}: done`);
    waiting = waiting.filter((projection) => !isDone(projection));
  }
  await db.stop();
  await telemetry.stop();
}

await main(process.argv.slice(2));
