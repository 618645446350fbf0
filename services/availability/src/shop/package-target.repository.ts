import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { Offering } from '../offerings/offering.ts';
import { findTarget, type Target } from './search.repository.ts';

/** A package of a site with its compiled state. */
export interface PackageTarget extends Target {
  offering: Extract<Offering, { type: 'package' }>;
}

/** A package that may be asked about, or the 404 that it deserves. */
export async function findPackage(
  parts: BookingParts,
  { siteId, packageId }: { siteId: string | undefined; packageId: string },
  call: Call,
): Promise<PackageTarget> {
  if (siteId === undefined) throw notFound(packageId);
  const { offering, ...found } = await findTarget(
    parts,
    { siteId, offeringType: 'package', offeringId: packageId },
    call,
  );
  if (offering.type !== 'package') throw notFound(packageId);
  return { ...found, offering };
}
