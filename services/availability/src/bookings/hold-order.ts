import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Overrider } from '@lido/runtime/grpc/overrider.ts';
import type { Offering } from '../offerings/offering.ts';
import type { PackageChoice } from '../solver/packages/package-model.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { BookedRequest } from './booking.ts';

/** What one attempt at holding works with. */
export interface HoldOrder {
  /** The site as it was when the request came; each later attempt looks again. */
  versioned: VersionedSite;
  site: Site;
  orderId: string;
  customerId: string | null;
  nowMs: number;
  expiresAtMs: number;
  skipRules: boolean;
  isOnline: boolean;
  /** Who takes what others hold; null for everybody without the right to it. */
  overrider: Overrider | null;
  /** Whether an item of a full session may wait for a place instead. */
  mayWait?: boolean;
  /** The state of the booking that a change of it is made from; where it has changed since, nothing is held. */
  fromRevision?: number | null;
}

export interface OfferedItem {
  item: BookedRequest;
  offering: Offering;
  /** What it is chosen in, while that is on offer. */
  inPackage?: PackagePart | undefined;
}

/** A choice of a package. */
export interface PackagePart {
  offering: Extract<Offering, { type: 'package' }>;
  choice: PackageChoice;
}

/** The refusal of an item whose time is taken, with the times that are free instead. */
export function alreadyTaken(message: string, blockedBy: string[], alternativesMs: number[], zone: string): Refusal {
  return new Refusal('state_conflict', 'already_taken', message, {
    metadata: {
      blocked_by: blockedBy,
      alternatives: alternativesMs.map((start) => ({ start_time: formatInstant(start, zone) })),
    },
  });
}
