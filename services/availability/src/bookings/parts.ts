import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { OrderBookingServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import type { Sweeper } from '@lido/runtime/service/sweeper.ts';
import type { HoldBatches } from './hold-batches.repository.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';

/** What searching and booking work with. */
export interface BookingParts {
  db: Database;
  compiledSites: CompiledSites;
  /** Holds and gives back in company. */
  batches: HoldBatches;
  memberships: Peer<typeof EntitlementServiceService>;
  /** Gives free places to those who wait; woken whenever one may have become free. */
  waitlist: Pick<Sweeper, 'wake'>;
}

/** What changing bookings that orders have works with beside it. */
export interface ChangeParts extends BookingParts {
  orders: Peer<typeof OrderBookingServiceService>;
  /** Wakes whoever tells of changes, after a transaction that wrote of one. */
  onCommit(): void;
}
