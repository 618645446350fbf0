import { z } from 'zod';
import { listenAddress, serviceConfig } from '@lido/runtime/config/read-config.ts';

/** What the check-in gateway reads. */
export const checkinGatewayConfig = serviceConfig.extend({
  /** As many as the taps that one reader may have decided at once: who taps after a pause waits for no connection. */
  LIDO_DATABASE_IDLE_CONNECTIONS: serviceConfig.shape.LIDO_DATABASE_IDLE_CONNECTIONS.unwrap().default(8),
  /** Where readers dial in over WebSocket. */
  LIDO_READERS_LISTEN: listenAddress.default('127.0.0.1:8081'),
  /** How often readers report; one that is silent for three times as long is offline. */
  LIDO_READERS_HEARTBEAT_SECONDS: z.coerce.number().int().min(1).max(300).default(10),
  /** How long the log of attempts at the doors is kept. */
  LIDO_ATTEMPTS_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  /** 32 random bytes in base64, which the passwords of readers that we dial are encrypted with. Without it none is taken. */
  LIDO_SECRETS_KEY: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine(({ length }) => length === 32, 'must be 32 bytes in base64')
    .optional(),
  /** The Ed25519 key that allow-lists are signed with: PKCS#8 in DER, in base64. Made and kept in the database when absent. */
  LIDO_ALLOW_LIST_KEY: z.base64().optional(),
  /** What the owners have told decides at the doors up to this age; after that the owners are asked. */
  LIDO_PROJECTION_MAX_AGE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
  LIDO_CUSTOMERS_ADDRESS: listenAddress,
  LIDO_MEMBERSHIPS_ADDRESS: listenAddress,
  LIDO_AVAILABILITY_ADDRESS: listenAddress,
  LIDO_ORDERS_ADDRESS: listenAddress,
  /** Hosts, with or without a port, that actions may call although they are not public or not over TLS. */
  LIDO_ACTION_HOSTS: z
    .string()
    .default('')
    .transform(
      (text) =>
        new Set(
          text
            .split(',')
            .map((host) => host.trim())
            .filter((host) => host !== ''),
        ),
    ),
});

export type CheckinGatewayConfig = z.infer<typeof checkinGatewayConfig>;
