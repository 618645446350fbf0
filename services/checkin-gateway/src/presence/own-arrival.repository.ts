import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { findKnownSite } from '@lido/runtime/tenancy/sites.repository.ts';
import { findHoldings, type KnownCustomer } from '../projections/known.repository.ts';
import { doorSiteOf } from '../visits/door-site.ts';
import { findEntitlement } from '../visits/entitlement.ts';
import type { VisitPolicy } from '../visits/policy.ts';
import { findVisitsLeft } from '../visits/visits-left.repository.ts';

/** Who says of themselves that they have come, where and when. */
export interface OwnArrival {
  readonly organisationId: string;
  readonly siteId: string;
  readonly customer: KnownCustomer;
  readonly at: Date;
}

/**
 * What lets in a customer who says of themselves that they have come, as a door would have asked: without it nobody is inside by their
 * own word, which would open the next reader that lets out. Undefined where nothing does. The caller holds the customer's lock.
 */
export async function findOwnEntitlement(
  em: SqlEntityManager,
  { organisationId, siteId, customer, at }: OwnArrival,
  policy: VisitPolicy,
): Promise<{ membershipId: string | null } | undefined> {
  if (customer.isBlocked) return undefined;
  const nowMs = at.getTime();
  const { memberships, bookings } = await findHoldings(em, { organisationId, customerId: customer.id, nowMs });
  const holder = { bookings, memberships: await findVisitsLeft(em, memberships), admission: 'by_rules' as const };
  const site = doorSiteOf(siteId, await findKnownSite(em, siteId));
  const entitlement = findEntitlement(holder, { nowMs, site, policy });
  return 'refusal' in entitlement || entitlement.isSpent ? undefined : entitlement;
}
