import { DefaultLogger, type EntitySchema, type LogContext, type LoggerOptions } from '@mikro-orm/core';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { SpanKind, trace } from '@opentelemetry/api';
import { attribute } from '../telemetry/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { eventFunctions } from '../events/event-functions.ts';
import { InboxAgeMigration } from '../events/inbox-age.migration.ts';
import { RecordedAtMigration } from '../events/recorded-at.migration.ts';
import { SetAsideMigration } from '../events/set-aside.migration.ts';
import { JobMigration } from '../jobs/job.migration.ts';
import { isRetryable } from './map-database-error.ts';
import { RuntimeMigration } from './runtime.migration.ts';

type Constructor<T> = new (...args: never[]) => T;

export interface DatabaseOptions {
  url: string;
  // biome-ignore lint: the entity's type does not matter here
  entities: EntitySchema<never>[] | unknown[];
  /** In the order they run; each name is written to the database and never changes. */
  migrations: { name: string; class: Constructor<Migration> }[];
  telemetry: Telemetry;
  poolMax?: number;
  /** So many connections are open from the start, and stay open when nobody needs them; others go after ten seconds. */
  poolMin?: number;
  /** How long work waits for a connection before it is refused as unavailable; less than what its caller waits. */
  connectionTimeoutMs?: number;
}

/** One service's PostgreSQL database, migrated and ready. */
export interface Database {
  /** A unit of work of its own: one per request or event. */
  fork(): SqlEntityManager;
  /** Runs work in a transaction, again up to three times when PostgreSQL asks for a retry. */
  transaction<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T>;
  /** Whether the database answers. */
  isReady(): Promise<boolean>;
  stop(): Promise<void>;
}

const transactionTriesMax = 3;

const runtimeMigrations = [
  { name: '0000-runtime', class: RuntimeMigration },
  { name: '0000-runtime-jobs', class: JobMigration },
  { name: '0000-runtime-recorded-at', class: RecordedAtMigration },
  { name: '0000-runtime-set-aside', class: SetAsideMigration },
  { name: '0000-runtime-inbox-age', class: InboxAgeMigration },
  eventFunctions,
];

/** Opens a service's database and brings its schema up to date. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, entities, migrations, telemetry, poolMax = 16, poolMin = 0, connectionTimeoutMs = 4_000 } = options;
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: entities as EntitySchema[],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      migrationsList: [...runtimeMigrations, ...migrations] as never,
      snapshot: false,
      silent: true,
    },
    pool: { min: poolMin, max: poolMax },
    driverOptions: { connectionTimeoutMillis: connectionTimeoutMs },
    debug: ['query'],
    loggerFactory: (loggerOptions) => new SpanLogger(loggerOptions, telemetry),
  });
  await orm.migrator.up();
  // The pool keeps its least number of connections and opens none of them by itself.
  await Promise.all(Array.from({ length: poolMin }, () => orm.em.fork().execute('select 1')));
  return {
    fork: () => orm.em.fork(),
    transaction: (work) => transactionWithRetry(orm.em, work),
    isReady: () => orm.isConnected(),
    stop: () => orm.close(true),
  };
}

async function transactionWithRetry<T>(em: SqlEntityManager, work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await em.fork().transactional(work);
    } catch (error) {
      if (tries >= transactionTriesMax || !isRetryable(error)) throw error;
    }
  }
}

/** Turns the ORM's query log into spans: the one place all SQL passes. Statements carry placeholders, never values. */
class SpanLogger extends DefaultLogger {
  readonly #telemetry: Telemetry;

  constructor(options: LoggerOptions, telemetry: Telemetry) {
    super(options);
    this.#telemetry = telemetry;
  }

  override log(): void {}

  override logQuery(context: { query: string } & LogContext): void {
    if (!trace.getActiveSpan()?.isRecording()) return;
    const endTime = Date.now();
    const operation = context.query.trimStart().split(/\s/, 1)[0] ?? 'sql';
    this.#telemetry.tracer
      .startSpan(`sql ${operation}`, {
        kind: SpanKind.CLIENT,
        startTime: endTime - (context.took ?? 0),
        attributes: { [attribute.dbSystem]: 'postgresql', [attribute.dbOperation]: operation },
      })
      .end(endTime);
  }
}
