import { childProcessLauncher } from '../../tools/start/child-processes.ts';
import { type Launch, type RunningService, stopInReverse } from '../../tools/start/launch.ts';
import { startSystem, type System } from '../../tools/start/system.ts';
import { randomName } from './random-name.ts';
import type { Workbench } from './workbench.ts';

/** A system of its own for one measurement, all of whose services but one can be away for a while. */
export interface StoppableSystem extends System {
  /** A token that may do everything. */
  readonly token: string;
  /** Stops all services but the one named. */
  stopOthers(name: string): Promise<void>;
  /** Starts again what was stopped, where it was. */
  startOthers(): Promise<void>;
}

/** Starts the six services, a process each, on empty databases. */
export async function startStoppableSystem(bench: Workbench): Promise<StoppableSystem> {
  const token = randomName();
  const launch = childProcessLauncher(bench.say);
  let launched: Parameters<Launch> | undefined;
  const starting = startSystem({
    postgres: await bench.postgres(),
    natsUrl: await bench.natsUrl(),
    httpPort: 0,
    readersPort: 0,
    databasePrefix: `${randomName()}_`,
    // Streams of its own: beside another system on one server each would take the other's events.
    env: { LIDO_LOG_LEVEL: 'error', LIDO_BOOTSTRAP_TOKEN: token, LIDO_STREAM_PREFIX: randomName() },
    launch: (...args) => launch(...(launched = args)),
  });
  let running: RunningService[] = [];
  let stopped: string[] = [];
  bench.defer(async () => {
    const system = await starting.catch(() => undefined);
    await stopInReverse(running);
    await system?.dropDatabases();
  });
  const system = await starting;
  running = [...system.services];
  return {
    ...system,
    token,
    stopOthers: async (name) => {
      const others = running.filter((service) => service.name !== name);
      await stopInReverse(others);
      running = running.filter((service) => service.name === name);
      stopped = others.map((service) => service.name);
    },
    startOthers: async () => {
      if (launched === undefined) return;
      const [plan, options] = launched;
      const again = await launch(
        plan.filter(({ name }) => stopped.includes(name)),
        options,
      );
      running = [...running, ...again];
    },
  };
}
