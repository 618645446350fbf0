import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { CheckInServiceService } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { type Device, DeviceServiceService } from '@lido/proto/lido/checkin/v1/device.ts';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { openFirstSite } from '../../../test/support/first-site.ts';
import { freshDatabase, natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { root } from '../../../tools/local/folders.ts';
import { startInProcess } from '../../../tools/start/in-process.ts';
import { connectReader, type SimulatedReader, type SimulatedReaderOptions } from '../simulator/reader.ts';
import { start } from '../src/start.ts';
import { device, membership } from './builders.ts';
import { openStreams, type Streams } from './streams.ts';
import { startEntitlements, type Entitlements } from './entitlements.ts';

/** A device that can connect. */
export interface TestDevice {
  readonly id: string;
  readonly serial: string;
  readonly token: string;
}

/** A guest with a wearable, and a membership where the test gave one. */
export interface TestGuest {
  readonly customerId: string;
  readonly uid: string;
  readonly membershipId: string | undefined;
}

/** The gateway beside the real customers service, on databases and streams of their own. */
export interface TestGateway {
  readonly organisationId: string;
  readonly brandId: string;
  readonly siteId: string;
  /** The owner, who may do everything at the site. */
  readonly caller: TestCaller;
  readonly devices: Peer<typeof DeviceServiceService>;
  readonly checkIns: Peer<typeof CheckInServiceService>;
  readonly customers: Peer<typeof CustomerServiceService>;
  readonly streams: Streams;
  readonly entitlements: Entitlements;
  readonly databaseUrl: string;
  /** What the gateway was told, for another one beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the gateway's rpcs, for services that few tests ask. */
  readonly address: string;
  readonly customersAddress: string;
  /** Where the gateway asks about memberships. */
  readonly membershipsAddress: string;
  readonly readersUrl: string;
  /** Of the API, where readers that speak HTTP call; there when the test asked for it. */
  readonly baseUrl: string;
  /** The owner's token there. */
  readonly ownerToken: string;
  /** Moves the gateway's clock on. */
  advance(seconds: number): void;
  /** Lets that clock stand still until the test ends, for what has to happen within seconds of it. */
  holdClock(): void;
  nowMs(): number;
  sql<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>;
  addDevice(fields?: Partial<Device>): Promise<TestDevice>;
  /** Adds a customer with a wearable and waits until the gateway knows both. */
  addGuest(): Promise<TestGuest>;
  /** Adds a guest with an active membership and waits until the gateway knows it. */
  addMember(): Promise<TestGuest & { membershipId: string }>;
  connect(device: TestDevice, options?: Partial<SimulatedReaderOptions>): Promise<SimulatedReader>;
}

const silentSink = (): void => undefined;

export interface TestGatewayOptions {
  /** Added to what the gateway is always told. */
  readonly env?: Record<string, string>;
  /** The real memberships service instead of the owner that a test tells what to know. */
  readonly hasRealMemberships?: boolean;
  /** The API in front, for readers that speak HTTP. */
  readonly hasApi?: boolean;
  /** Whether taps that take too long are answered as at real doors, for tests of that; a busy machine is no matter of others. */
  readonly hasDeadline?: boolean;
}

type Stop = () => Promise<void>;

/** Starts everything; `stop` ends it. What was started before a failure ends with it. */
export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway & { stop: Stop }> {
  const stops: Stop[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startAll(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  { env = {}, hasRealMemberships = false, hasApi = false, hasDeadline = false }: TestGatewayOptions,
  stops: Stop[],
): Promise<TestGateway> {
  const prefix = randomPrefix();
  const shared = { LIDO_NATS_URL: natsUrl(), LIDO_STREAM_PREFIX: prefix, LIDO_LOG_LEVEL: 'fatal' };
  const [customersDatabase, membershipsDatabase, database] = [
    await freshDatabase(),
    await freshDatabase(),
    await freshDatabase(),
  ];
  for (const made of [customersDatabase, membershipsDatabase, database]) stops.push(() => made.drop());
  const entitlements = await startEntitlements();
  stops.push(() => entitlements.stop());

  const bootstrapToken = randomBytes(16).toString('hex');
  const customersEnv = {
    ...shared,
    LIDO_DATABASE_URL: customersDatabase.url,
    LIDO_BOOTSTRAP_TOKEN: bootstrapToken,
    LIDO_MEMBERSHIPS_ADDRESS: entitlements.address,
  };
  const startReal = async (name: string, realEnv: Record<string, string>): Promise<RunningService> => {
    const [running] = await startInProcess([{ name, address: '', env: realEnv }], {
      servicesDir: join(root, 'services'),
      log: silentSink,
    });
    if (!running) throw new Error(`The ${name} service did not start.`);
    stops.push(() => running.stop());
    return running;
  };
  const customersService = await startReal('customers', customersEnv);
  const membershipsEnv = {
    ...shared,
    LIDO_DATABASE_URL: membershipsDatabase.url,
    LIDO_CUSTOMERS_ADDRESS: customersService.address,
  };
  const membershipsAddress = hasRealMemberships
    ? (await startReal('memberships', membershipsEnv)).address
    : entitlements.address;

  let offsetMs = 0;
  let heldMs: number | undefined;
  const clock = { nowMs: () => (heldMs ?? Date.now()) + offsetMs };
  const gatewayEnv = {
    ...shared,
    LIDO_DATABASE_URL: database.url,
    LIDO_READERS_LISTEN: '127.0.0.1:0',
    LIDO_READERS_HEARTBEAT_SECONDS: '1',
    LIDO_CUSTOMERS_ADDRESS: customersService.address,
    LIDO_MEMBERSHIPS_ADDRESS: membershipsAddress,
    // Nobody answers there; tests of what needs it start the whole system.
    LIDO_AVAILABILITY_ADDRESS: '127.0.0.1:1',
    LIDO_ORDERS_ADDRESS: entitlements.address,
    ...env,
  };
  const gateway = await start(gatewayEnv, { clock, ...(hasDeadline ? {} : { deadlineMs: patienceMs }) });
  stops.push(() => gateway.stop());

  const apiEnv = {
    LIDO_LOG_LEVEL: 'fatal',
    LIDO_HTTP_LISTEN: '127.0.0.1:0',
    LIDO_CUSTOMERS_ADDRESS: customersService.address,
    LIDO_CHECKIN_ADDRESS: gateway.address,
    LIDO_MEMBERSHIPS_ADDRESS: membershipsAddress,
    // Nothing that a reader asks for needs these.
    LIDO_AVAILABILITY_ADDRESS: gateway.address,
    LIDO_ORDERS_ADDRESS: gateway.address,
  };
  const baseUrl = hasApi ? `http://${(await startReal('api-gateway', apiEnv)).address}` : '';

  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  stops.push(() => telemetry.stop());
  const clients = [
    connectTo(customersService.address, { name: 'customers', telemetry }),
    connectTo(gateway.address, { name: 'gateway', telemetry }),
  ] as const;
  const streams = await openStreams(prefix, hasRealMemberships ? ['orders'] : ['memberships', 'orders']);
  const connection = new Client({ connectionString: database.url });
  await connection.connect();
  stops.push(
    () => connection.end(),
    () => streams.stop(),
    async () => clients.forEach((client) => client.close()),
  );

  await eventually(async () => {
    const known = await connection.query(
      `select 1 from projection_sources where rebuilt_at is null or as_of is null and source <> 'booked-items'`,
    );
    return known.rowCount === 0;
  });
  // Without opening hours the door's answers do not depend on the hour the tests run at.
  const { staff: caller, site } = await openFirstSite(clients[0], bootstrapToken, { openingHours: [] });
  const { organisationId, brandId } = site;
  const customers = peerOf(CustomerServiceService, clients[0]);
  const barcodes = peerOf(BarcodeServiceService, clients[0]);
  const devices = peerOf(DeviceServiceService, clients[1]);
  const readersUrl = `ws://${gateway.readersAddress}`;
  const sql = async <Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> =>
    (await connection.query<Row>(statement, values)).rows;

  const addGuest = async (): Promise<TestGuest> => {
    const uid = randomBytes(4).toString('hex').toUpperCase();
    const customer = await customers.createCustomer(
      { firstName: 'Ada', lastName: 'Byron', siteId: site.id, marketingPreferenceIds: [] },
      caller,
    );
    await barcodes.createCustomerBarcode(
      { parentId: customer.id, barcode: uid, kind: 'MEDIUM_KIND_WEARABLE', data: null },
      caller,
    );
    await eventually(
      async () =>
        (
          await sql('select 1 from known_media m join known_customers c on c.id = m.customer_id where m.value = $1', [
            uid,
          ])
        ).length === 1,
    );
    return { customerId: customer.id, uid, membershipId: undefined };
  };
  return {
    organisationId,
    brandId,
    siteId: site.id,
    caller,
    devices,
    customers,
    streams,
    entitlements,
    readersUrl,
    baseUrl,
    ownerToken: bootstrapToken,
    sql,
    addGuest,
    checkIns: peerOf(CheckInServiceService, clients[1]),
    databaseUrl: database.url,
    env: gatewayEnv,
    membershipsAddress,
    address: gateway.address,
    customersAddress: customersService.address,
    advance: (seconds) => {
      offsetMs += seconds * 1_000;
    },
    holdClock: () => {
      heldMs ??= Date.now();
      onTestFinished(() => {
        heldMs = undefined;
      });
    },
    nowMs: clock.nowMs,
    addDevice: async (fields = {}) => {
      const body = device({ siteId: site.id, serialNumber: randomPrefix(), ...fields });
      const { id } = await devices.createDevice(body, caller);
      const { token } = await devices.createDeviceToken({ id }, caller);
      return { id, token, serial: body.serialNumber };
    },
    addMember: async () => {
      const guest = await addGuest();
      const held = membership({ siteId: site.id, organisationId, customerId: guest.customerId });
      await streams.tellMembership(held);
      await eventually(
        async () => (await sql('select 1 from known_memberships where id = $1', [held.id])).length === 1,
      );
      return { ...guest, membershipId: held.id };
    },
    connect: async (dialling, options = {}) => {
      const reader = await connectReader({
        url: readersUrl,
        token: dialling.token,
        serial: dialling.serial,
        ...options,
      });
      onTestFinished(() => reader.close());
      return reader;
    },
  };
}

const patienceMs = 20_000;
const pollMs = 10;

/** Waits until something that another service brings about has come true. */
export async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > untilMs) throw new Error(`It did not come true within ${patienceMs} ms: ${String(isTrue)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
