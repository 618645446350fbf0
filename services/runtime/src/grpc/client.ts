import { createHash } from 'node:crypto';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import { fromStatus } from '../errors/wire.ts';
import { Refusal } from '../errors/refusal.ts';
import { attribute } from '../telemetry/names.ts';
import { busy } from '../db/map-database-error.ts';
import { currentTraceparent, inSpan, type Telemetry } from '../telemetry/telemetry.ts';
import type { Call } from './call.ts';
import type { AnyMethod, RequestOf, ResponseOf } from './definition.ts';
import { metadataKey, type Principal, setPrincipal } from './principal.ts';
import { answerBytesMax, sendUnary, type UnaryAnswer } from './send-unary.ts';

export interface CallOptions {
  metadata: Metadata;
  deadlineMs: number;
  /** Whether the rpc may be sent again when the peer could not be reached. */
  isRepeatable?: boolean;
}

/** A connection to one service. */
export interface RawClient {
  readonly name: string;
  /** How long its peers' calls may take that say nothing else. */
  readonly deadlineMs: number;
  /** The whole answer, also of an rpc that streams it. */
  unary<M extends AnyMethod>(method: M, request: RequestOf<M>, options: CallOptions): Promise<UnaryAnswer<M>>;
  /** The messages of a stream as they come. */
  serverStream<M extends AnyMethod>(
    method: M,
    request: RequestOf<M>,
    options: CallOptions,
  ): AsyncIterable<ResponseOf<M>>;
  close(): void;
}

export interface ClientOptions {
  name: string;
  telemetry: Telemetry;
  /** Five seconds by default. */
  deadlineMs?: number;
}

const repeatsMax = 2;
const usualDeadlineMs = 5_000;

/** Connects to `address` (`host:port`) when first used; gRPC reconnects by itself. */
export function createClient(address: string, options: ClientOptions): RawClient {
  const { name, telemetry, deadlineMs = usualDeadlineMs } = options;
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.max_receive_message_length': answerBytesMax,
    // Statistics that nobody asks for, counted with every message.
    'grpc.enable_channelz': 0,
  });
  const attributesOf = (method: AnyMethod) => ({ [attribute.rpcSystem]: 'grpc', [attribute.rpcMethod]: method.path });
  return {
    name,
    deadlineMs,
    unary: (method, request, options) =>
      inSpan(
        telemetry.tracer,
        `call ${method.path.slice(1)}`,
        { kind: SpanKind.CLIENT, attributes: attributesOf(method) },
        async () => {
          options.metadata.set(metadataKey.traceparent, currentTraceparent());
          for (let repeats = 0; ; repeats++) {
            try {
              return await sendUnary(client, method, request, options);
            } catch (error) {
              const meant = error instanceof Refusal ? error : fromStatus(error as ServiceError, name);
              const isUnreached = meant instanceof Refusal && meant.kind === 'unavailable' && meant.reason !== busy;
              if (!isUnreached || options.isRepeatable !== true || repeats >= repeatsMax) throw meant;
            }
          }
        },
      ),
    async *serverStream(method, request, options) {
      options.metadata.set(metadataKey.traceparent, currentTraceparent());
      const stream = client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        options.metadata,
        {
          deadline: Date.now() + options.deadlineMs,
        },
      );
      try {
        yield* stream;
      } catch (error) {
        throw fromStatus(error as ServiceError, name);
      } finally {
        stream.cancel();
      }
    },
    close: () => client.close(),
  };
}

/** A peer's rpcs as functions, in the name of a call's principal or of one given. */
export type Peer<D extends object> = {
  [K in keyof D]: D[K] extends AnyMethod
    ? (request: RequestOf<D[K]>, caller: Caller, options?: PeerOptions) => Promise<ResponseOf<D[K]>>
    : never;
};

export interface PeerOptions {
  deadlineMs?: number;
  /** The peer has the effect once, however often the same request comes with this key. */
  idempotencyKey?: string | undefined;
}

/** In whose name a service calls another: the call it serves, or a principal and request id of an event. */
export type Caller = Pick<Call, 'principal' | 'requestId'>;

const repeatableName = /^(list|get|find|export|check|resolve)/;

/** Wraps a client for one generated definition. Only rpcs whose name says that they read, or that carry a key, are ever repeated. */
export function peerOf<D extends object>(definition: D, client: RawClient): Peer<D> {
  const peer: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(definition) as [string, AnyMethod][]) {
    const isRead = repeatableName.test(name);
    peer[name] = async (request: never, caller: Caller, options: PeerOptions = {}) => {
      const { idempotencyKey } = options;
      const metadata = callerMetadata(caller.principal, caller.requestId);
      if (idempotencyKey !== undefined) {
        metadata.set(metadataKey.idempotencyKey, idempotencyKey);
        metadata.set(metadataKey.bodyHash, createHash('sha256').update(method.requestSerialize(request)).digest('hex'));
      }
      const { response } = await client.unary(method, request, {
        metadata,
        isRepeatable: isRead || idempotencyKey !== undefined,
        deadlineMs: options.deadlineMs ?? client.deadlineMs,
      });
      return response as unknown;
    };
  }
  return peer as Peer<D>;
}

/** The metadata that names a caller on a hop. */
export function callerMetadata(principal: Principal, requestId: string): Metadata {
  const metadata = new Metadata();
  setPrincipal(metadata, principal);
  metadata.set(metadataKey.requestId, requestId);
  return metadata;
}
