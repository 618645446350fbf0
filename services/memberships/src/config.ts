import { listenAddress, serviceConfig } from '@lido/runtime/config/read-config.ts';

/** What the memberships service reads. */
export const membershipsConfig = serviceConfig.extend({
  LIDO_CUSTOMERS_ADDRESS: listenAddress,
});
