import { Refusal, type RefusalKind } from '../errors/refusal.ts';

interface PostgresError {
  code?: string;
  message?: string;
}

/** Whether trying the same transaction again may succeed: a serialisation failure or a deadlock that another one won. */
export function isRetryable(error: unknown): boolean {
  const code = postgresCode(error);
  return code === '40001' || code === '40P01';
}

/** The reason of a service that has more to do than it can: whoever asks again at once makes that worse. */
export const busy = 'busy';

/** Whether a refusal stands for a bound that the contract forgot. */
export function isForgottenBound({ kind, cause }: Refusal): boolean {
  return kind === 'malformed' && postgresCode(cause) !== undefined;
}

/** The only place where a database's error becomes a refusal. What is not the caller's doing comes back unchanged. */
export function mapDatabaseError(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (isOptimisticLockError(error)) return concurrentChange(error);
  const code = postgresCode(error) ?? '';
  if (code === '40001' || code === '40P01') return concurrentChange(error);
  if (unreachable.has(code) || isWaitedOut(error)) {
    const sentence = 'The service can not reach its database right now. Please try again.';
    return new Refusal('unavailable', isWaitedOut(error) ? busy : 'unavailable', sentence, { cause: error });
  }
  const broken = constraintRefusals[code];
  return broken ? new Refusal(broken.kind, broken.reason, broken.sentence, { cause: error }) : error;
}

/** What breaking each sort of constraint means, by SQLSTATE; features word it better where they can. */
const constraintRefusals: Partial<Record<string, { kind: RefusalKind; reason: string; sentence: string }>> = {
  '23505': {
    kind: 'already_exists',
    reason: 'already_exists',
    sentence: 'Something with the same key exists already.',
  },
  '23503': { kind: 'state_conflict', reason: 'still_in_use', sentence: 'Something else still refers to this.' },
  // What the contract bounds never gets here; these keep a bound that was forgotten from being a failure of ours.
  '54000': {
    kind: 'invalid',
    reason: 'too_large',
    sentence: 'With this, more would belong together than can be kept.',
  },
  '22001': { kind: 'malformed', reason: 'too_long', sentence: 'A text in the request is too long to be kept.' },
  '22003': { kind: 'malformed', reason: 'out_of_range', sentence: 'A number in the request is too large to be kept.' },
  '23502': { kind: 'malformed', reason: 'value_missing', sentence: 'A value that the request needs is missing.' },
  '23514': { kind: 'malformed', reason: 'not_allowed', sentence: 'A value in the request is not allowed there.' },
  '23P01': { kind: 'state_conflict', reason: 'already_taken', sentence: 'Somebody else has just taken this time.' },
};

/** The codes of a database that is starting, stopping, full or gone. */
const unreachable = new Set(['08000', '08003', '08006', '53300', '57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET']);

function concurrentChange(cause: unknown): Refusal {
  return new Refusal(
    'concurrent_change',
    'concurrent_change',
    'Somebody else changed this at the same moment. Please read it again.',
    {
      cause,
    },
  );
}

/** Whether no connection came free in time, which the pool says without a code. */
function isWaitedOut(error: unknown): boolean {
  return error instanceof Error && /^(timeout exceeded when|Connection terminated due to)/.test(error.message);
}

function postgresCode(error: unknown): string | undefined {
  return (error as PostgresError | undefined)?.code;
}

function isOptimisticLockError(error: unknown): boolean {
  return error instanceof Error && error.name === 'OptimisticLockError';
}
