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

// Statuses travel in trailers, which HTTP/2 bounds to 64 KB: a larger one would end every call of the connection.
const SENTENCE_LENGTH_MAX = 300;
const SENTENCES_MAX = 3;
const FIELDS_MAX = 20;

/** A refusal as a gRPC status; anything else becomes INTERNAL with a fixed text, so that nothing internal leaks. */
export function toStatus(error: unknown): Partial<StatusObject> {
  if (!(error instanceof Refusal)) return { code: status.INTERNAL, details: internalMessage };
  const wire: WireError = {
    kind: error.kind,
    reason: error.reason,
    message: shorten(error.message),
    ...(error.fields && { fields: shortenFields(error.fields) }),
    ...(error.metadata && { metadata: error.metadata }),
  };
  const metadata = new Metadata();
  metadata.set(errorKey, Buffer.from(JSON.stringify(wire)));
  return { code: statusTable[error.kind].grpc, details: wire.message, metadata };
}

function shortenFields(fields: FieldErrors): FieldErrors {
  const kept = Object.entries(fields).slice(0, FIELDS_MAX);
  return Object.fromEntries(
    kept.map(([field, sentences]) => [shorten(field), sentences.slice(0, SENTENCES_MAX).map(shorten)]),
  );
}

// Sentences quote what the caller sent, which may be of any length.
function shorten(text: string): string {
  return text.length <= SENTENCE_LENGTH_MAX ? text : `${text.slice(0, SENTENCE_LENGTH_MAX - 1).toWellFormed()}…`;
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
