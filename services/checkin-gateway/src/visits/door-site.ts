import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { DoorSite } from './decision.ts';

/** A site as its doors need it. One that is not there has no hours; its devices are denied before those are asked. */
export function doorSiteOf(id: string, site: Site | undefined): DoorSite {
  return {
    id,
    zone: site?.timezone ?? 'UTC',
    openingHours: site?.openingHours ?? [],
    openingExceptions: site?.openingExceptions ?? [],
  };
}
