import { childProcessLauncher } from '../../tools/start/child-processes.ts';
import { startSystem } from '../../tools/start/system.ts';
import { seed } from '../../tools/seed/seed.ts';
import { randomName } from './random-name.ts';
import type { SeededSystem, Workbench } from './workbench.ts';

/** Starts the six services, a process each, tracing as by default, and fills in the demo site. */
export async function startSeededSystem(bench: Workbench): Promise<SeededSystem> {
  bench.say('starting the six services with the demo site');
  const postgres = await bench.postgres();
  const natsUrl = await bench.natsUrl();
  const token = randomName();
  const starting = startSystem({
    postgres,
    natsUrl,
    httpPort: 0,
    readersPort: 0,
    databasePrefix: `${randomName()}_`,
    env: { LIDO_LOG_LEVEL: 'error', LIDO_BOOTSTRAP_TOKEN: token },
    launch: childProcessLauncher(bench.say),
  });
  bench.defer(async () => {
    const system = await starting.catch(() => undefined);
    await system?.stop();
    await system?.dropDatabases();
  });
  const system = await starting;
  const ids = await seed({ baseUrl: system.baseUrl, bootstrapToken: token, log: () => {} });
  return {
    ...system,
    token,
    organisationId: String(ids['organisation']),
    siteId: String(ids['site']),
    appointmentTypeIds: ids['appointment_types'] as Record<string, string>,
    addressOf: (name) => {
      const service = system.services.find((one) => one.name === name);
      if (service === undefined) throw new Error(`The system has no service ${name}.`);
      return service.address;
    },
  };
}
