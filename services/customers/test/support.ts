import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { startTelemetry, type Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { staff, type TestCaller } from '../../../test/support/callers.ts';
import { freshDatabase, natsUrl, randomPrefix, type TestDatabase } from '../../../test/support/servers.ts';
import { start } from '../src/start.ts';

/** The service on a database and streams of its own. */
export interface TestService {
  readonly service: RunningService;
  readonly database: TestDatabase;
  readonly prefix: string;
  readonly bootstrapToken: string;
  readonly telemetry: Telemetry;
  peer<D extends object>(definition: D): Peer<D>;
  stop(): Promise<void>;
}

/** Starts the service; `env` is added to what a test always sets. */
export async function startCustomers(env: Record<string, string> = {}): Promise<TestService> {
  const database = await freshDatabase();
  const prefix = randomPrefix();
  const bootstrapToken = randomPrefix();
  const telemetry = startTelemetry({ service: 'customers-test', logLevel: 'silent' });
  const service = await start({
    LIDO_DATABASE_URL: database.url,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: prefix,
    LIDO_LOG_LEVEL: 'error',
    LIDO_BOOTSTRAP_TOKEN: bootstrapToken,
    ...env,
  });
  const client = connectTo(service.address, { name: 'customers', telemetry });
  return {
    service,
    database,
    prefix,
    bootstrapToken,
    telemetry,
    peer: (definition) => peerOf(definition, client),
    stop: async () => {
      client.close();
      await service.stop();
      await telemetry.stop();
      await database.drop();
    },
  };
}

/** An organisation of its own, with its brand and owner, beside those of the service under test. */
export interface Tenant {
  readonly organisationId: string;
  readonly brandId: string;
  readonly owner: TestCaller;
}

/** Makes an organisation as the operator of a shared system would: in the database. */
export async function addTenant(database: TestDatabase): Promise<Tenant> {
  const [organisationId, brandId, userId] = [randomUUID(), randomUUID(), randomUUID()];
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const columns = 'id, organisation_id, created_at, created_by, updated_at, updated_by';
  const values = `$1, $2, lido_now(), 'test', lido_now(), 'test'`;
  await client.query(`insert into organisations (${columns}, name) values (${values}, 'Other')`, [
    organisationId,
    organisationId,
  ]);
  await client.query(`insert into brands (${columns}, name) values (${values}, 'Other')`, [brandId, organisationId]);
  await client.query(
    `insert into users (${columns}, name, email, is_owner, grants) values (${values}, 'Owner', 'owner@localhost', true, '[]')`,
    [userId, organisationId],
  );
  await client.end();
  return { organisationId, brandId, owner: staff({ organisationId, brandId }, [], { id: userId }) };
}
