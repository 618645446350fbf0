import { Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { Refusal, type FieldErrors, type RefusalKind } from './refusal.ts';
import { kindOfTransport, statusTable } from './status-table.ts';
import { status } from '@grpc/grpc-js';

/** Carries a refusal across a hop: JSON of kind, reason, fields and metadata beside the status. */
export const errorKey = 'lido-error-bin';

const internalMessage = 'Something went wrong on our side. The request id finds it in our logs.';

interface WireError {
  kind: RefusalKind;
  reason: string;
  message: string;
  fields?: FieldErrors;
  metadata?: Record<string, unknown>;
}

/** A refusal as a gRPC status; anything else becomes INTERNAL with a fixed text, so that nothing internal leaks. */
export function toStatus(error: unknown): Partial<StatusObject> {
  if (!(error instanceof Refusal)) return { code: status.INTERNAL, details: internalMessage };
  const wire: WireError = {
    kind: error.kind,
    reason: error.reason,
    message: error.message,
    ...(error.fields && { fields: error.fields }),
    ...(error.metadata && { metadata: error.metadata }),
  };
  const metadata = new Metadata();
  metadata.set(errorKey, Buffer.from(JSON.stringify(wire)));
  return { code: statusTable[error.kind].grpc, details: error.message, metadata };
}

/** What a peer's error means to its caller: the refusal it sent, one made of the transport's status, or the error itself. */
export function fromStatus(error: ServiceError, peer: string): unknown {
  const [bytes] = error.metadata?.get(errorKey) ?? [];
  if (Buffer.isBuffer(bytes)) {
    const wire = JSON.parse(bytes.toString()) as WireError;
    return new Refusal(wire.kind, wire.reason, wire.message, wire);
  }
  const kind = kindOfTransport(error.code);
  if (kind === undefined) return error;
  const reason = kind === 'deadline' ? 'deadline' : 'unavailable';
  const sentence = kind === 'deadline' ? 'took too long to answer' : 'can not be reached right now';
  return new Refusal(kind, reason, `The ${peer} service ${sentence}. Please try again.`, { cause: error });
}
