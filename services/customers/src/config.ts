import { z } from 'zod';
import { listenAddress, serviceConfig } from '@lido/runtime/config/read-config.ts';

/** What the customers service reads. */
export const customersConfig = serviceConfig.extend({
  LIDO_MEMBERSHIPS_ADDRESS: listenAddress.default('127.0.0.1:0'),
  /** The first staff token. Without it nobody can begin an empty system; taking it away revokes it. */
  LIDO_BOOTSTRAP_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LIDO_ORGANISATION_NAME: z.string().min(1).max(120).default('Lido'),
});
