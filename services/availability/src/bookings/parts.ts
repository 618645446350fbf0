import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';

/** What searching and booking work with. */
export interface BookingParts {
  db: Database;
  sites: Sites;
  compiledSites: CompiledSites;
  memberships: Peer<typeof EntitlementServiceService>;
  onCommit(): void;
}
