import { openDatabase } from '@lido/runtime/db/database.ts';
import { openBus } from '@lido/runtime/events/bus.ts';
import { replayDeadLetters } from '@lido/runtime/events/dead-letters.ts';
import { tellAgain } from '@lido/runtime/events/rebuild.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';

const usage = `Operates the events of one service, named by its LIDO_DATABASE_URL; LIDO_NATS_URL names the server.
  npm run events:rebuild   tells everything again that the outbox keeps; consumers pass over what they had
  npm run events:replay    sends the service's dead letters once more`;

/** Runs one command against one service's database. */
async function main(command: string | undefined): Promise<void> {
  const { LIDO_DATABASE_URL: url, LIDO_NATS_URL: natsUrl, LIDO_STREAM_PREFIX: prefix = '' } = process.env;
  if (!url || !natsUrl || (command !== 'rebuild' && command !== 'replay')) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const telemetry = startTelemetry({ service: 'events', logLevel: 'silent' });
  const db = await openDatabase({ url, entities: [], migrations: [], telemetry });
  if (command === 'rebuild') {
    await tellAgain(db);
    console.log("The service's relay tells everything again now.");
  } else {
    const bus = openBus({ url: natsUrl, prefix, name: 'events' });
    const count = await replayDeadLetters(db, await bus.ready);
    await bus.stop();
    console.log(`${count} dead letters were sent once more.`);
  }
  await db.stop();
  await telemetry.stop();
}

await main(process.argv[2]);
