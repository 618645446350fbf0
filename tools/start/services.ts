import { freePort, localHost } from '../local/ports.ts';

/** The services in the order they start; the gateway comes last, so that it is ready only when the others are. */
export const services = [
  { name: 'customers', database: 'customers', addressVariable: 'LIDO_CUSTOMERS_ADDRESS' },
  { name: 'availability', database: 'availability', addressVariable: 'LIDO_AVAILABILITY_ADDRESS' },
  { name: 'memberships', database: 'memberships', addressVariable: 'LIDO_MEMBERSHIPS_ADDRESS' },
  { name: 'orders', database: 'orders', addressVariable: 'LIDO_ORDERS_ADDRESS' },
  { name: 'checkin-gateway', database: 'checkin', addressVariable: 'LIDO_CHECKIN_ADDRESS' },
  { name: 'api-gateway', database: undefined, addressVariable: undefined },
] as const;

export type Environment = Record<string, string | undefined>;

/** One service of a system: what it is told, and the address its gRPC server (the gateway: HTTP) opens. */
export interface ServicePlan {
  readonly name: string;
  readonly address: string;
  readonly env: Environment;
}

export interface PlanOptions {
  /** The connection URL of the database with this short name, for example `customers`. */
  readonly databaseUrl: (database: string) => string;
  readonly natsUrl: string;
  readonly httpPort: number;
  readonly readersPort: number;
  /** What every service is told besides, for example LIDO_BOOTSTRAP_TOKEN or LIDO_LOG_LEVEL. */
  readonly env: Environment;
}

/** The environment of every service: each one's own database and port, and everybody's gRPC address. */
export async function planServices(options: PlanOptions): Promise<ServicePlan[]> {
  const addresses = new Map<string, string>();
  for (const { addressVariable } of services) {
    if (addressVariable !== undefined) addresses.set(addressVariable, `${localHost}:${await freePort()}`);
  }
  const httpListen = `${localHost}:${options.httpPort}`;
  const shared: Environment = {
    ...options.env,
    ...Object.fromEntries(addresses),
    LIDO_NATS_URL: options.natsUrl,
    LIDO_HTTP_LISTEN: httpListen,
    LIDO_READERS_LISTEN: `${localHost}:${options.readersPort}`,
  };
  return services.map(({ name, database, addressVariable }) => {
    const address = addressVariable === undefined ? httpListen : (addresses.get(addressVariable) ?? httpListen);
    const env = { ...shared };
    if (database !== undefined) env.LIDO_DATABASE_URL = options.databaseUrl(database);
    if (addressVariable !== undefined) env.LIDO_GRPC_LISTEN = address;
    return { name, address, env };
  });
}
