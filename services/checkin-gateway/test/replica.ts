import { randomUUID } from 'node:crypto';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { createClient, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { migrations } from '../migrations/index.ts';
import { entities } from '../src/entities.ts';
import { doorAskingMs, ownersFrom } from '../src/projections/owners.client.ts';
import type { Directories } from '../src/projections/rebuild.job.ts';
import type { Ages } from '../src/projections/trust.ts';
import type { TapDeciderOptions } from '../src/visits/tap-case.repository.ts';
import type { Tap } from '../src/visits/tap.ts';
import { type TapDecider, tapDecider } from '../src/visits/tap.handlers.ts';
import type { TestGateway, TestGuest } from './support.ts';

export interface ReplicaOptions {
  /** How old the replica takes the facts for; fresh when absent. */
  readonly ages?: () => Ages;
  /** Addresses of owners other than the gateway's. */
  readonly customersAddress?: string;
  readonly membershipsAddress?: string;
  /** How long a tap asks owners, where it is not as at real doors. */
  readonly askingMs?: number;
  /** How long a tap may take; longer than any machine takes when absent. */
  readonly deadlineMs?: number;
}

/** A second decider on a gateway's database, as another replica would be. */
export interface Replica {
  readonly decider: TapDecider;
  /** What the decider works with. */
  readonly deciding: TapDeciderOptions;
  readonly directories: Directories;
  readonly db: Awaited<ReturnType<typeof openDatabase>>;
  stop(): Promise<void>;
}

const fresh: Ages = { customers: 0, memberships: 0, orders: 0 };

/** Starts the replica. */
export async function startReplica(gateway: TestGateway, options: ReplicaOptions = {}): Promise<Replica> {
  const { ages = () => fresh, askingMs = doorAskingMs, deadlineMs = 20_000 } = options;
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: gateway.databaseUrl, entities, migrations, telemetry });
  const customers = createClient(options.customersAddress ?? gateway.customersAddress, {
    name: 'customers',
    telemetry,
  });
  const others = createClient(options.membershipsAddress ?? gateway.membershipsAddress, { name: 'others', telemetry });
  const directories: Directories = {
    sites: peerOf(SiteDirectoryServiceService, customers),
    customers: peerOf(CustomerDirectoryServiceService, customers),
    memberships: peerOf(EntitlementServiceService, others),
    orders: peerOf(OrderDirectoryServiceService, others),
  };
  const deciding: TapDeciderOptions = {
    parts: { db, telemetry, clock: { nowMs: gateway.nowMs }, onCommit: () => undefined },
    owners: ownersFrom(directories),
    sources: { ages },
    limits: { freshMs: 5_000, maxAgeMs: 900_000 },
    askingMs,
    deadlineMs,
    sites: sitesFrom(directories.sites),
  };
  return {
    decider: tapDecider(deciding),
    deciding,
    directories,
    db,
    stop: async () => {
      customers.close();
      others.close();
      await db.stop();
      await telemetry.stop();
    },
  };
}

/** A guest's card at a reader, now. */
export function tapAt(gateway: TestGateway, deviceId: string, { uid }: Pick<TestGuest, 'uid'>): Tap {
  const at = new Date(gateway.nowMs());
  return {
    ...{ eventId: randomUUID(), deviceId, readerRef: null, occurredAt: at, receivedAt: at },
    ...{ clockSource: 'gateway', origin: 'live', medium: { kind: 'rfid_uid', raw: uid } },
  };
}
