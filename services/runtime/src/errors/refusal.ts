/** The ways a request can be refused; `status-table.ts` says how each looks on gRPC and in HTTP. */
export type RefusalKind =
  | 'malformed'
  | 'booking_conflict'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'invalid'
  | 'state_conflict'
  | 'already_exists'
  | 'concurrent_change'
  | 'exhausted'
  | 'unavailable'
  | 'deadline';

/** Sentences by the name of the field they speak of, as a client reads them. */
export type FieldErrors = Record<string, string[]>;

export interface RefusalDetails {
  fields?: FieldErrors;
  /** Facts a client may use, such as alternatives; becomes part of the answer's body. */
  metadata?: Record<string, unknown>;
  cause?: unknown;
}

/** A request that is answered with a reason instead of a result. The message is written for the client. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly reason: string;
  readonly fields: FieldErrors | undefined;
  readonly metadata: Record<string, unknown> | undefined;

  constructor(kind: RefusalKind, reason: string, publicMessage: string, details: RefusalDetails = {}) {
    super(publicMessage, { cause: details.cause });
    this.name = 'Refusal';
    this.kind = kind;
    this.reason = reason;
    this.fields = details.fields;
    this.metadata = details.metadata;
  }
}

/** A missing thing and a hidden one are told apart by nobody: both get exactly this. */
export function notFound(id: string): Refusal {
  return new Refusal('not_found', 'not_found', `The requested resource could not be found ${id}`.trimEnd());
}

/** Whether an error says that something is missing or hidden. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.kind === 'not_found';
}

/** What an owner answers, or undefined where it has no such thing. Any other failure stays one. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Runs a check of something that a body names: missing or hidden, it is a bad field. */
export function seenInBody(field: string, sentence: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw isNotFound(error) ? invalid({ [field]: [sentence] }) : error;
  }
}

/** The caller may see the thing but not do this to it. */
export function forbidden(permission: string): Refusal {
  return new Refusal('forbidden', 'forbidden', `This needs the permission ${permission}, which you do not have here.`);
}

/** Bad input: one or more sentences for each field. */
export function invalid(fields: FieldErrors, details: Omit<RefusalDetails, 'fields'> = {}): Refusal {
  return new Refusal('invalid', 'invalid', "The request didn't pass validation.", { ...details, fields });
}

/** The state of the thing forbids it. */
export function stateConflict(reason: string, publicMessage: string, details: RefusalDetails = {}): Refusal {
  return new Refusal('state_conflict', reason, publicMessage, details);
}

/** Something this needs can not be reached now; nothing was changed. */
export function unavailable(publicMessage: string, cause?: unknown): Refusal {
  return new Refusal('unavailable', 'unavailable', publicMessage, { cause });
}
