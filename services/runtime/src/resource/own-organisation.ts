import { notFound } from '../errors/refusal.ts';
import type { UnaryHandler } from '../grpc/call.ts';

/** Serves what hangs on the organisation in a path to that organisation's own people; any other is not found. */
export function ofOwnOrganisation<Q, A>(handler: UnaryHandler<Q, A>): UnaryHandler<Q & { parentId: string }, A> {
  return async (request, call) => {
    if (request.parentId !== call.principal.organisationId) throw notFound(request.parentId);
    return handler(request, call);
  };
}
