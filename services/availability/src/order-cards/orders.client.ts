import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';

/** In whose name orders is asked: the service's, for whoever called it. */
export function ordersCaller({ principal, requestId }: Pick<Call, 'principal' | 'requestId'>): Caller {
  const { organisationId, id, onBehalfOf } = principal;
  const service = servicePrincipal('availability', organisationId);
  return { principal: { ...service, onBehalfOf: onBehalfOf ?? id }, requestId };
}
