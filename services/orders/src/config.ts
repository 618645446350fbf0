import { z } from 'zod';
import { listenAddress, serviceConfig } from '@lido/runtime/config/read-config.ts';

/** What the orders service reads. */
export const ordersConfig = serviceConfig.extend({
  LIDO_CUSTOMERS_ADDRESS: listenAddress,
  LIDO_AVAILABILITY_ADDRESS: listenAddress,
  /** How often submits and releases that a crash left behind are looked for. */
  LIDO_ORDERS_SWEEP_MS: z.coerce.number().int().min(10).default(2_000),
});
