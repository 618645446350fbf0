import type { Migration } from '@mikro-orm/migrations';
import { loadImage } from '@lido/proto/image';
import { JobServiceService } from '@lido/proto/lido/jobs/v1/job.ts';
import type { ServiceConfig } from '../config/read-config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { type BusHandle, type EventSource, openBus } from '../events/bus.ts';
import { type RunningConsumer, startConsumer, type Subscription } from '../events/consumer.ts';
import { startHeartbeat } from '../events/heartbeat.ts';
import { tidyUp } from '../events/housekeeping.ts';
import { type Relay, startRelay } from '../events/relay.ts';
import { accessTable } from '../grpc/access.ts';
import { createClient, type Peer, peerOf, type RawClient } from '../grpc/client.ts';
import { createGrpcServer, type GrpcServer } from '../grpc/server.ts';
import { jobHandlers } from '../jobs/job.handlers.ts';
import { type JobQueue, openJobQueue } from '../jobs/job-queue.ts';
import type { ReportKind } from '../jobs/job.ts';
import { serveMetrics } from '../telemetry/metrics.server.ts';
import { metricName } from '../telemetry/names.ts';
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { type Clock, systemClock } from './clock.ts';
import { followDatabaseClock } from './movable-clock.ts';
import { sweeperOf } from './sweeper.ts';

/** A service that runs, as the launcher and tests see it. */
export interface RunningService {
  readonly name: string;
  /** `host:port` of its gRPC, or of HTTP for the gateway. */
  readonly address: string;
  stop(): Promise<void>;
}

/** What a service's own code is built from. */
export interface ServiceParts {
  readonly db: Database;
  readonly bus: BusHandle;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Where handlers leave reports to be made in the background; `jobs` of the composition makes them. */
  readonly jobs: JobQueue;
  /** Wakes the relay; call it after a transaction outside of any call or consumer. */
  onCommit(): void;
  /** A peer's rpcs; the connection closes with the service. */
  peer<D extends object>(definition: D, name: string, address: string): Peer<D>;
}

/** A service's own code: rpcs, interests in events, and what runs beside them. */
export interface Composition {
  serve(server: GrpcServer): void;
  subscriptions: Subscription[];
  /** The kinds of reports that this service makes in the background. */
  jobs?: readonly ReportKind<never>[];
  /** Background work, started when all else runs; answers how to stop it. */
  background?(): { stop(): Promise<void> }[];
}

export interface ServiceOptions {
  name: string;
  source: EventSource;
  config: ServiceConfig;
  entities: unknown[];
  migrations: { name: string; class: new (...args: never[]) => Migration }[];
  clock?: Clock;
  /** How long a call waits for a connection to the database; the usual time by default. */
  connectionTimeoutMs?: number;
  compose(parts: ServiceParts): Composition | Promise<Composition>;
}

const hourMs = 3_600_000;

/** Starts a service: database, events out, its rpcs, events in; stops them in the other order, also when one of them can not start. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const opened: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const address = await openService(options, opened);
    return { name: options.name, address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Opens each part and leaves in `opened` how to close it. */
async function openService(options: ServiceOptions, opened: (() => unknown)[]): Promise<string> {
  const { name, source, config } = options;
  const telemetry = startTelemetry({
    service: name,
    logLevel: config.LIDO_LOG_LEVEL,
    otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  opened.push(() => telemetry.stop());
  const db = await openDatabase({
    url: config.LIDO_DATABASE_URL,
    poolMin: config.LIDO_DATABASE_IDLE_CONNECTIONS,
    entities: options.entities,
    migrations: options.migrations,
    telemetry,
    ...(options.connectionTimeoutMs !== undefined && { connectionTimeoutMs: options.connectionTimeoutMs }),
  });
  opened.push(() => db.stop());
  const movable = config.LIDO_MOVABLE_CLOCK ? await followDatabaseClock(db) : undefined;
  opened.push(() => movable?.stop());
  const clock = options.clock ?? movable ?? systemClock;
  const bus = openBus({ url: config.LIDO_NATS_URL, prefix: config.LIDO_STREAM_PREFIX, name });
  opened.push(() => bus.stop());
  const peers = peersWith(telemetry);
  opened.push(() => peers.close());
  const relay: Relay = startRelay({ source, db, bus, telemetry });
  opened.push(() => relay.stop());
  const onCommit = (): void => relay.wake();
  const jobs = openJobQueue(name, { db, clock, telemetry });
  const composition = await options.compose({ db, bus, clock, telemetry, jobs, onCommit, peer: peers.peer });
  const running: (RunningConsumer | { stop(): Promise<void> })[] = [];
  opened.push(() => Promise.all(running.map((part) => part.stop())));
  const duration = telemetry.meter.createHistogram(metricName.rpcDuration, {
    description: 'How long calls took, by rpc and outcome.',
    unit: 's',
  });
  const server = createGrpcServer({ db, clock, telemetry, duration, access: accessTable(loadImage()), onCommit });
  opened.push(() => server.stop());
  composition.serve(server);
  server.add(JobServiceService, jobHandlers);
  const address = await server.listen(config.LIDO_GRPC_LISTEN);
  for (const subscription of composition.subscriptions)
    running.push(startConsumer(subscription, { db, bus, telemetry, onCommit }));
  running.push(
    sweeperOf(() => tidyUp(db), { name: 'housekeeping', everyMs: hourMs, telemetry }).start(),
    startHeartbeat({ source, db, bus, telemetry }),
    jobs.run(composition.jobs ?? []),
    ...(composition.background?.() ?? []),
  );
  if (config.LIDO_METRICS_LISTEN) running.push(await serveMetrics(config.LIDO_METRICS_LISTEN, telemetry));
  telemetry.log.info({ address }, `${name} is ready`);
  return address;
}

/** Connects to peers and remembers the connections, so that they can be closed. */
function peersWith(telemetry: Telemetry): { peer: ServiceParts['peer']; close(): void } {
  const clients: RawClient[] = [];
  return {
    peer: (definition, name, address) => {
      const client = createClient(address, { name, telemetry });
      clients.push(client);
      return peerOf(definition, client);
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}
