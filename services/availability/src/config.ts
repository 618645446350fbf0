import { z } from 'zod';
import { serviceConfig } from '@lido/runtime/config/read-config.ts';

/** What availability reads from its environment. */
export const availabilityConfig = serviceConfig.extend({
  LIDO_CUSTOMERS_ADDRESS: z.string().min(1),
  LIDO_MEMBERSHIPS_ADDRESS: z.string().min(1),
  LIDO_ORDERS_ADDRESS: z.string().min(1),
  // Where uploaded files are kept; all processes of the service share it.
  LIDO_MEDIA_FOLDER: z.string().min(1).default('.lido/media'),
});
