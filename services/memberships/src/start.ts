import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { MembershipServiceService } from '@lido/proto/lido/memberships/v1/membership.ts';
import { MembershipRateServiceService } from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import { MembershipTypeServiceService } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import { type RunningService, startService } from '@lido/runtime/service/start-service.ts';
import { projectSite, sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { MembershipsMigration } from '../migrations/0001-memberships.ts';
import { VisitLimitsMigration } from '../migrations/0002-visit-limits.ts';
import { membershipsConfig } from './config.ts';
import { customersFrom, projectCustomer } from './known-customers/customer.repository.ts';
import { entitlementHandlers } from './memberships/entitlement.handlers.ts';
import { MemberEntity, MembershipEntity } from './memberships/membership.entity.ts';
import { membershipHandlers } from './memberships/membership.handlers.ts';
import { RateEntity } from './rates/rate.entity.ts';
import { rateHandlers } from './rates/rate.handlers.ts';
import { TypeEntity } from './types/type.entity.ts';
import { typeHandlers } from './types/type.handlers.ts';
import { visitSubscription } from './visits/visit.consumer.ts';

/** Starts the memberships service. */
export function start(env: Env): Promise<RunningService> {
  const config = readConfig(membershipsConfig, env, 'memberships');
  return startService({
    name: 'memberships',
    source: 'memberships',
    config,
    entities: [TypeEntity, RateEntity, MembershipEntity, MemberEntity],
    migrations: [
      { name: '0001-memberships', class: MembershipsMigration },
      { name: '0002-visit-limits', class: VisitLimitsMigration },
    ],
    compose: ({ peer }) => {
      const address = config.LIDO_CUSTOMERS_ADDRESS;
      const sites = sitesFrom(peer(SiteDirectoryServiceService, 'customers', address));
      const customers = customersFrom(peer(CustomerDirectoryServiceService, 'customers', address));
      const customerService = peer(CustomerServiceService, 'customers', address);
      return {
        subscriptions: [
          {
            name: 'memberships-from-customers',
            source: 'customers',
            mode: 'projection',
            handlers: { 'lido.customers.site.saved': projectSite, 'lido.customers.customer.saved': projectCustomer },
          },
          visitSubscription,
        ],
        serve: (server) => {
          server.add(MembershipTypeServiceService, typeHandlers);
          server.add(MembershipRateServiceService, rateHandlers);
          server.add(MembershipServiceService, membershipHandlers({ sites, customers, customerService }));
          server.add(EntitlementServiceService, entitlementHandlers);
        },
      };
    },
  });
}
