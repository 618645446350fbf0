import { status } from '@grpc/grpc-js';
import type { RefusalKind } from './refusal.ts';

interface StatusRow {
  grpc: status;
  http: number;
}

/** The one place where a kind of refusal meets gRPC and HTTP. 400 for booking_conflict and 409 for the conflicts are the published contract's. */
export const statusTable = {
  malformed: { grpc: status.INVALID_ARGUMENT, http: 400 },
  booking_conflict: { grpc: status.FAILED_PRECONDITION, http: 400 },
  unauthenticated: { grpc: status.UNAUTHENTICATED, http: 401 },
  forbidden: { grpc: status.PERMISSION_DENIED, http: 403 },
  not_found: { grpc: status.NOT_FOUND, http: 404 },
  invalid: { grpc: status.INVALID_ARGUMENT, http: 422 },
  state_conflict: { grpc: status.FAILED_PRECONDITION, http: 409 },
  already_exists: { grpc: status.ALREADY_EXISTS, http: 409 },
  concurrent_change: { grpc: status.ABORTED, http: 409 },
  exhausted: { grpc: status.RESOURCE_EXHAUSTED, http: 429 },
  unavailable: { grpc: status.UNAVAILABLE, http: 503 },
  deadline: { grpc: status.DEADLINE_EXCEEDED, http: 504 },
} satisfies Record<RefusalKind, StatusRow>;

/** The HTTP status of a kind of refusal. */
export function httpOf(kind: RefusalKind): number {
  return statusTable[kind].http;
}

const transportKinds: Partial<Record<status, RefusalKind>> = {
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'deadline',
  [status.CANCELLED]: 'deadline',
  [status.RESOURCE_EXHAUSTED]: 'exhausted',
};

/** The kind of a bare gRPC status, one that carries no refusal of ours; undefined means an internal error. */
export function kindOfTransport(code: status): RefusalKind | undefined {
  return transportKinds[code];
}
