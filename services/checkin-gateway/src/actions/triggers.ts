import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Occasion } from './occasion.ts';

/** What happens to check-ins sets actions off by this port. */
export interface Triggers {
  /** Fires in the transaction of what happened: the actions run after it has committed, whatever becomes of this process. */
  fire(occasion: Occasion, em: SqlEntityManager): Promise<void>;
  /**
   * Fires before something happens, and throws the refusal of an action that does not allow it. `sinceMs` is when the request began, by the
   * clock that only runs forward: what it has waited for already is no time to ask.
   */
  ask(occasion: Occasion, sinceMs: number): Promise<void>;
  /** Runs what has been fired of a subject and has not run yet, as far as it can be run now. */
  settle(subjectId: string): Promise<void>;
  /** Says that something has been fired. */
  wake(): void;
}
