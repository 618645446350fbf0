import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { Clock } from '../service/clock.ts';
import type { Access } from './access.ts';
import type { AnyMethod, Definition, RequestOf, ResponseOf } from './definition.ts';
import type { Principal } from './principal.ts';
import type { OutgoingEvent } from '../events/outbox.ts';

/** A transaction of one call, and the way to tell of what it changed. */
export interface Transaction {
  em: SqlEntityManager;
  /** Writes an event that is told exactly when this transaction commits. */
  emit(event: OutgoingEvent): Promise<void>;
}

/** All a handler knows of the call it serves. */
export interface Call {
  readonly principal: Principal;
  readonly access: Access;
  readonly requestId: string;
  /** `kind:id` of the caller, for rows and events. */
  readonly actor: string;
  /** What the client sent so that its request may be repeated. */
  readonly idempotencyKey?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the client gives up or the deadline passes. */
  readonly signal: AbortSignal;
  /** For reading; what is changed through it is not saved. */
  readonly em: SqlEntityManager;
  /**
   * Runs an effect in one transaction and remembers its answer under the caller's idempotency key,
   * so that a repeated request is answered without a second effect. `work` answers the rpc's response.
   */
  transact<A>(work: (transaction: Transaction) => Promise<A>): Promise<A>;
  /** Refuses a key that was used with another body, for effects that begin in a transaction before the one that is remembered. */
  readonly checkKey: (em: SqlEntityManager) => Promise<void>;
}

export type UnaryHandler<Q, A> = (request: Q, call: Call) => Promise<A>;
export type StreamHandler<Q, A> = (request: Q, call: Call) => AsyncIterable<A>;

type HandlerOf<M extends AnyMethod> = M extends { responseStream: true }
  ? StreamHandler<RequestOf<M>, ResponseOf<M>>
  : UnaryHandler<RequestOf<M>, ResponseOf<M>>;

/** One handler for each rpc of a service; a missing one does not compile. */
export type Handlers<D extends object> = { [K in keyof D]: D[K] extends AnyMethod ? HandlerOf<D[K]> : never };

export type AnyHandlers = Handlers<Definition>;
