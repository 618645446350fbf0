import { z } from 'zod';

/** Environment variables, as a process or a test hands them over. */
export type Env = Record<string, string | undefined>;

/** `host:port`; port 0 lets the system choose. */
export const listenAddress = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port, for example 127.0.0.1:8080');

/** What every service reads. */
export const serviceConfig = z.object({
  LIDO_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  LIDO_NATS_URL: z.string().min(1),
  /** Database connections that stay open when nobody needs them; one that has to be made takes up to an eighth of a second. */
  LIDO_DATABASE_IDLE_CONNECTIONS: z.coerce.number().int().min(0).max(16).default(0),
  LIDO_GRPC_LISTEN: listenAddress.default('127.0.0.1:0'),
  LIDO_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LIDO_STREAM_PREFIX: z
    .string()
    .regex(/^[a-z0-9]*$/, 'must be lower-case letters and digits')
    .default(''),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  // Where Prometheus finds this service's metrics; nowhere when absent.
  LIDO_METRICS_LISTEN: listenAddress.optional(),
  // Lets tests and local runs move time by the row in lido_clock; never set where guests book.
  LIDO_MOVABLE_CLOCK: z.stringbool().default(false),
});

export type ServiceConfig = z.infer<typeof serviceConfig>;

/**
 * Parses the environment once. Empty values count as absent.
 * Throws one error that names every bad key, so that a misconfigured process says all it needs at its first start.
 */
export function readConfig<T extends z.ZodType>(schema: T, env: Env, service: string): z.infer<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The ${service} service can not start with this configuration:\n${lines.join('\n')}`);
}
