import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { AppointmentTypeServiceService } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { BasketServiceService } from '@lido/proto/lido/orders/v1/basket.ts';
import { BasketPackageServiceService } from '@lido/proto/lido/orders/v1/basket_package.ts';
import { OrderServiceService } from '@lido/proto/lido/orders/v1/order.ts';
import { OrderGuestServiceService } from '@lido/proto/lido/orders/v1/order_guest.ts';
import { OrderItemServiceService } from '@lido/proto/lido/orders/v1/order_items.ts';
import { OrderNoteServiceService } from '@lido/proto/lido/orders/v1/order_note.ts';
import { OrderPaymentServiceService } from '@lido/proto/lido/orders/v1/order_payment.ts';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { callerOf, holderOf, staffElsewhere, type TestCaller } from '../../../test/support/callers.ts';
import { openFirstSite } from '../../../test/support/first-site.ts';
import { freshDatabase, natsUrl, randomPrefix, type TestDatabase } from '../../../test/support/servers.ts';
import { root } from '../../../tools/local/folders.ts';
import { freePort, isPortOpen, localHost, waitUntil } from '../../../tools/local/ports.ts';
import { startInProcess } from '../../../tools/start/in-process.ts';
import { type OrdersOptions, start } from '../src/start.ts';
import { type Offerings, openOfferings } from './offerings.ts';

/** The orders service with the real customers and availability services beside it, and a site with one massage. */
export interface World {
  staff: TestCaller;
  siteId: string;
  offerings: Offerings;
  baskets: Peer<typeof BasketServiceService>;
  basketPackages: Peer<typeof BasketPackageServiceService>;
  orders: Peer<typeof OrderServiceService>;
  items: Peer<typeof OrderItemServiceService>;
  guests: Peer<typeof OrderGuestServiceService>;
  payments: Peer<typeof OrderPaymentServiceService>;
  notes: Peer<typeof OrderNoteServiceService>;
  customers: Peer<typeof CustomerServiceService>;
  sessions: Peer<typeof SessionServiceService>;
  appointmentTypes: Peer<typeof AppointmentTypeServiceService>;
  /** Any other service of availability. */
  availabilityPeer<D extends object>(definition: D): Peer<D>;
  customersAddress: string;
  ordersAddress: string;
  availabilityAddress: string;
  /** The connection URL of availability's database. */
  availabilityDatabase: string;
  /** Rows of the orders database. */
  sql<Row>(text: string, params?: unknown[]): Promise<Row[]>;
  /** Rows of availability's database: what a service may never do, a test may. */
  availabilitySql<Row>(text: string, params?: unknown[]): Promise<Row[]>;
  /** Stops orders and starts it again on the same database, as after a crash. */
  restartOrders(options?: OrdersOptions): Promise<void>;
  /** Runs orders as a process of its own instead; answers how to kill it without warning. */
  runOrdersApart(): Promise<() => Promise<void>>;
  stopAvailability(): Promise<void>;
  startAvailability(): Promise<void>;
  stop(): Promise<void>;
}

const nobodyAddress = `${localHost}:1`;

/** Starts everything on databases, ports and streams of its own. */
export async function startWorld(): Promise<World> {
  const prefix = randomPrefix();
  const token = randomPrefix();
  const [customersDb, availabilityDb, ordersDb] = [await freshDatabase(), await freshDatabase(), await freshDatabase()];
  const addresses = {
    LIDO_CUSTOMERS_ADDRESS: `${localHost}:${await freePort()}`,
    LIDO_AVAILABILITY_ADDRESS: `${localHost}:${await freePort()}`,
    LIDO_ORDERS_ADDRESS: `${localHost}:${await freePort()}`,
    LIDO_MEMBERSHIPS_ADDRESS: nobodyAddress,
  };
  const envOf = (database: TestDatabase, address: string) => ({
    ...addresses,
    LIDO_DATABASE_URL: database.url,
    LIDO_GRPC_LISTEN: address,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: prefix,
    LIDO_LOG_LEVEL: 'silent',
    LIDO_BOOTSTRAP_TOKEN: token,
    LIDO_ORDERS_SWEEP_MS: '50',
  });
  const launch = async (name: string, database: TestDatabase, address: string): Promise<RunningService> => {
    const plan = [{ name, address, env: envOf(database, address) }];
    const [service] = await startInProcess(plan, { servicesDir: join(root, 'services'), log: () => undefined });
    if (!service) throw new Error(`${name} did not start.`);
    return service;
  };
  const startOrders = (options: OrdersOptions = {}) => start(envOf(ordersDb, addresses.LIDO_ORDERS_ADDRESS), options);
  const launchAvailability = () => launch('availability', availabilityDb, addresses.LIDO_AVAILABILITY_ADDRESS);

  const customers = await launch('customers', customersDb, addresses.LIDO_CUSTOMERS_ADDRESS);
  let availability = await launchAvailability();
  let orders: RunningService | undefined = await startOrders();
  let killApart = (): Promise<void> => Promise.resolve();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const clients: RawClient[] = [];
  const connect = (address: string): RawClient => {
    const client = connectTo(address, { name: 'test', telemetry });
    clients.push(client);
    return client;
  };
  const customersClient = connect(customers.address);
  const ordersClient = connect(addresses.LIDO_ORDERS_ADDRESS);
  const availabilityClient = connect(availability.address);
  const { staff, site } = await openFirstSite(customersClient, token);
  const [ordersSql, availabilitySql] = [await openSql(ordersDb), await openSql(availabilityDb)];
  return {
    staff,
    siteId: site.id,
    offerings: await openOfferings(availabilityClient, staff, site.id),
    baskets: peerOf(BasketServiceService, ordersClient),
    basketPackages: peerOf(BasketPackageServiceService, ordersClient),
    orders: peerOf(OrderServiceService, ordersClient),
    items: peerOf(OrderItemServiceService, ordersClient),
    guests: peerOf(OrderGuestServiceService, ordersClient),
    payments: peerOf(OrderPaymentServiceService, ordersClient),
    notes: peerOf(OrderNoteServiceService, ordersClient),
    customers: peerOf(CustomerServiceService, customersClient),
    sessions: peerOf(SessionServiceService, availabilityClient),
    appointmentTypes: peerOf(AppointmentTypeServiceService, availabilityClient),
    availabilityPeer: (definition) => peerOf(definition, availabilityClient),
    customersAddress: customers.address,
    ordersAddress: addresses.LIDO_ORDERS_ADDRESS,
    availabilityAddress: addresses.LIDO_AVAILABILITY_ADDRESS,
    availabilityDatabase: availabilityDb.url,
    sql: ordersSql.run,
    availabilitySql: availabilitySql.run,
    restartOrders: async (options) => {
      await orders?.stop();
      orders = await startOrders(options);
    },
    runOrdersApart: async () => {
      await orders?.stop();
      orders = undefined;
      killApart = await spawnOrders(envOf(ordersDb, addresses.LIDO_ORDERS_ADDRESS));
      return killApart;
    },
    stopAvailability: () => availability.stop(),
    startAvailability: async () => {
      availability = await launchAvailability();
    },
    stop: async () => {
      for (const client of clients) client.close();
      await killApart();
      await orders?.stop();
      await availability.stop();
      await customers.stop();
      await telemetry.stop();
      await Promise.all([ordersSql.end(), availabilitySql.end()]);
      for (const database of [customersDb, availabilityDb, ordersDb]) await database.drop();
    },
  };
}

async function spawnOrders(env: Record<string, string>): Promise<() => Promise<void>> {
  const main = join(root, 'services', 'orders', 'src', 'main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const port = Number(env.LIDO_GRPC_LISTEN?.split(':').at(-1));
  if (!(await waitUntil(() => isPortOpen(port), startTimeoutMs))) throw new Error('The orders process did not start.');
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
}

const startTimeoutMs = 20_000;

/** A caller of the organisation and its brand with a token of another kind than staff's. */
export function callerAs({ staff }: Pick<World, 'staff'>, kind: Principal['kind'], id: string): TestCaller {
  const {
    organisationId,
    brandIds: [brandId = ''],
  } = staff.principal;
  return holderOf(kind, { organisationId, brandId, id });
}

/** Staff of the organisation with these permissions at the site. */
export function staffWith({ staff, siteId }: Pick<World, 'staff' | 'siteId'>, permissions: string[]): TestCaller {
  const grants = staff.principal.grants
    .filter((grant) => grant.siteId === siteId)
    .map((grant) => ({ ...grant, permissions }));
  return callerOf({ ...staff.principal, id: 'colleague', grants });
}

/** Staff of another organisation who hold every permission at a site of theirs. */
export function strangerTo({ staff }: Pick<World, 'staff'>): TestCaller {
  return staffElsewhere(staff);
}

async function openSql({ url }: TestDatabase) {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    run: async <Row>(text: string, params: unknown[] = []): Promise<Row[]> => {
      const { rows } = await client.query(text, params);
      return rows as Row[];
    },
    end: () => client.end(),
  };
}
