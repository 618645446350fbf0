import type { Bookable, BookableDirectoryServiceService } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import { orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';

/** In which organisation something is looked up, and for which request. */
export interface Asking {
  readonly organisationId: string;
  readonly requestId: string;
}

/** What people can be present at; availability owns it. */
export interface Bookables {
  /** Of the organisation; undefined when there is none. Throws unavailable when availability can not be asked. */
  find(id: string, asking: Asking): Promise<Bookable | undefined>;
}

const deadlineMs = 2_000;

/** Asks availability. */
export function bookablesFrom(directory: Peer<typeof BookableDirectoryServiceService>): Bookables {
  return { find: (id, asking) => orUndefined(directory.findBookable({ id }, callerIn(asking), { deadlineMs })) };
}

/** The gateway itself, as a caller in an organisation. */
export function callerIn({ organisationId, requestId }: Asking) {
  return { principal: servicePrincipal('checkin-gateway', organisationId), requestId };
}
