import type { Metadata, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Histogram } from '@opentelemetry/api';
import type { Database } from '../db/database.ts';
import { Refusal } from '../errors/refusal.ts';
import { writeEvent } from '../events/outbox.ts';
import type { Clock } from '../service/clock.ts';
import { newUuid } from '../service/ids.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Access, checkKind } from './access.ts';
import type { Call, Transaction } from './call.ts';
import type { AnyMethod } from './definition.ts';
import { findAnswer, type IdempotentRequest, keepAnswer } from './idempotency.ts';
import { actorOf, getPrincipal, metadataKey } from './principal.ts';

/** What the calls of one service share. */
export interface CallServices {
  db: Database;
  clock: Clock;
  telemetry: Telemetry;
  duration: Histogram;
  /** Each public rpc's access by its path. */
  access: Map<string, Access>;
  /** Wakes the relay after a commit. */
  onCommit(): void;
}

type IncomingCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

const internalAccess: Access = { kinds: ['KIND_SERVICE'], permission: '', scope: '' };

/** Makes a handler's view of an incoming call, or refuses the caller. */
export function openCall(method: AnyMethod, incoming: IncomingCall, services: CallServices, trailer: Metadata): Call {
  const access = services.access.get(method.path);
  const principal = checkKind(access, getPrincipal(incoming.metadata));
  const requestId = textOf(incoming.metadata, metadataKey.requestId) ?? newUuid();
  const actor = actorOf(principal);
  let signal: AbortSignal | undefined;
  let em: SqlEntityManager | undefined;
  const idempotent = idempotentRequest(method, incoming.metadata, actor);
  return {
    principal,
    access: access ?? internalAccess,
    requestId,
    actor,
    idempotencyKey: idempotent?.key,
    clock: services.clock,
    log: services.telemetry.log,
    // Both are made when somebody asks for them: many calls need neither, and they cost more than all else here.
    get signal() {
      return (signal ??= signalOf(incoming));
    },
    get em() {
      return (em ??= services.db.fork());
    },
    checkKey: async (em) => {
      if (idempotent) await findAnswer(em, idempotent);
    },
    transact: async (work) => {
      const answer = await services.db.transaction(async (em) => {
        // It may have waited for its connection; whoever was told that it took too long may have sent it again.
        if (incoming.cancelled) throw new Refusal('deadline', 'deadline', 'The call was over before its work began.');
        const kept = idempotent && (await findAnswer(em, idempotent));
        if (kept) {
          trailer.set(metadataKey.replayed, 'true');
          return method.responseDeserialize(kept) as never;
        }
        const transaction: Transaction = { em, emit: (event) => writeEvent(em, event, { actor, requestId }) };
        const made = await work(transaction);
        await em.flush();
        if (idempotent) await keepAnswer(em, idempotent, method.responseSerialize(made));
        return made;
      });
      services.onCommit();
      return answer;
    },
  };
}

/** One for all calls: a reason of its own would take a stack trace for each call that has ended well. */
const callOver = new DOMException('The call is over.', 'AbortError');

/** Aborted when the call is over, however it ended. */
function signalOf(incoming: IncomingCall): AbortSignal {
  if (incoming.cancelled) return AbortSignal.abort(callOver);
  const aborter = new AbortController();
  incoming.on('cancelled', () => aborter.abort(callOver));
  return aborter.signal;
}

function idempotentRequest(method: AnyMethod, metadata: Metadata, principal: string): IdempotentRequest | undefined {
  const key = textOf(metadata, metadataKey.idempotencyKey);
  if (key === undefined) return undefined;
  return { principal, rpc: method.path, key, bodyHash: textOf(metadata, metadataKey.bodyHash) ?? '' };
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
