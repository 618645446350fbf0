import { BlockList, isIP } from 'node:net';
import { type Env, listenAddress, readConfig } from '@lido/runtime/config/read-config.ts';
import { z } from 'zod';

const MEGABYTE = 1024 * 1024;

// 10.0.0.7, 10.0.0.0/8 or fd00::/8
const addressRange = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}, 'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas');

const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const schema = z.object({
  LIDO_HTTP_LISTEN: listenAddress.default('127.0.0.1:8080'),
  // Where Prometheus finds the metrics; nowhere when absent.
  LIDO_METRICS_LISTEN: listenAddress.optional(),
  LIDO_AVAILABILITY_ADDRESS: listenAddress,
  LIDO_ORDERS_ADDRESS: listenAddress,
  LIDO_CUSTOMERS_ADDRESS: listenAddress,
  LIDO_MEMBERSHIPS_ADDRESS: listenAddress,
  LIDO_CHECKIN_ADDRESS: listenAddress,
  LIDO_TRUSTED_PROXIES: z.string().default('').transform(commaSeparated).pipe(z.array(addressRange)),
  LIDO_HTTP_BODY_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1024)
    .max(64 * MEGABYTE)
    .default(MEGABYTE),
  LIDO_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});

/** The services behind the gateway. */
export const PEER_NAMES = ['availability', 'orders', 'customers', 'memberships', 'checkin-gateway'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export interface GatewayConfig {
  readonly listen: string;
  readonly metricsListen: string | undefined;
  readonly peers: Readonly<Record<PeerName, string>>;
  readonly trustedProxies: BlockList;
  readonly bodyBytesMax: number;
  readonly logLevel: string;
  readonly otlpEndpoint: string | undefined;
}

/** Reads the gateway's settings; throws one error that names every wrong one. */
export function readGatewayConfig(env: Env): GatewayConfig {
  const values = readConfig(schema, env, 'api-gateway');
  return {
    listen: values.LIDO_HTTP_LISTEN,
    metricsListen: values.LIDO_METRICS_LISTEN,
    peers: {
      availability: values.LIDO_AVAILABILITY_ADDRESS,
      orders: values.LIDO_ORDERS_ADDRESS,
      customers: values.LIDO_CUSTOMERS_ADDRESS,
      memberships: values.LIDO_MEMBERSHIPS_ADDRESS,
      'checkin-gateway': values.LIDO_CHECKIN_ADDRESS,
    },
    trustedProxies: toBlockList(values.LIDO_TRUSTED_PROXIES),
    bodyBytesMax: values.LIDO_HTTP_BODY_BYTES_MAX,
    logLevel: values.LIDO_LOG_LEVEL,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
