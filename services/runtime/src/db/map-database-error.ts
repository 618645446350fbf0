import { Refusal } from '../errors/refusal.ts';

interface PostgresError {
  code?: string;
  constraint?: string;
  message?: string;
}

/** Whether trying the same transaction again may succeed: a serialisation failure or a deadlock that another one won. */
export function isRetryable(error: unknown): boolean {
  const code = postgresCode(error);
  return code === '40001' || code === '40P01';
}

/** The only place where a database's error becomes a refusal. What is not the caller's doing comes back unchanged. */
export function mapDatabaseError(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (isOptimisticLockError(error)) return concurrentChange(error);
  switch (postgresCode(error)) {
    case '23505':
      return new Refusal('already_exists', 'already_exists', 'Something with the same key exists already.', {
        cause: error,
      });
    case '23503':
      return new Refusal('state_conflict', 'still_in_use', 'Something else still refers to this.', { cause: error });
    case '23P01':
      return new Refusal('state_conflict', 'already_taken', 'Somebody else has just taken this time.', {
        cause: error,
      });
    case '40001':
    case '40P01':
      return concurrentChange(error);
    case '08000':
    case '08003':
    case '08006':
    case '53300':
    case '57P01':
    case '57P03':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return new Refusal(
        'unavailable',
        'unavailable',
        'The service can not reach its database right now. Please try again.',
        {
          cause: error,
        },
      );
    default:
      return error;
  }
}

/** The unique constraint an error broke, for a feature that words the refusal better than the general sentence. */
export function brokenConstraint(error: unknown): string | undefined {
  return (error as PostgresError | undefined)?.constraint;
}

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

function postgresCode(error: unknown): string | undefined {
  return (error as PostgresError | undefined)?.code;
}

function isOptimisticLockError(error: unknown): boolean {
  return error instanceof Error && error.name === 'OptimisticLockError';
}
