import { once } from 'node:events';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import { HealthService } from '@lido/proto/grpc/health/v1/health.ts';
import { isForgottenBound, mapDatabaseError } from '../db/map-database-error.ts';
import { Refusal } from '../errors/refusal.ts';
import { toStatus } from '../errors/wire.ts';
import { attribute } from '../telemetry/names.ts';
import { contextOf, inSpan } from '../telemetry/telemetry.ts';
import type { AnyHandlers, Handlers, StreamHandler, UnaryHandler } from './call.ts';
import type { AnyMethod, Definition } from './definition.ts';
import { openCall, type CallServices } from './open-call.ts';
import { metadataKey } from './principal.ts';

/** One service's gRPC endpoint. */
export interface GrpcServer {
  /** Serves a generated definition. Handlers of rpcs that do not exist, and rpcs without handlers, do not compile. */
  add<D extends object>(definition: D, handlers: Handlers<D>): void;
  listen(address: string): Promise<string>;
  /** Says NOT_SERVING, lets running calls finish, and forces the rest after the grace period. */
  stop(): Promise<void>;
}

const graceMs = 5_000;
/** The largest file that the gateway takes, and room for what comes with it. */
const requestBytesMax = 12 * 1024 * 1024;

/** Makes the endpoint; `services` is what its calls work with. */
export function createGrpcServer(services: CallServices): GrpcServer {
  const server = new Server({ 'grpc.max_receive_message_length': requestBytesMax, 'grpc.enable_channelz': 0 });
  let isDraining = false;
  addHealth(server, async () => !isDraining && (await services.db.isReady()));
  return {
    add: (definition, handlers) =>
      addService(server, definition as Definition, handlers as unknown as AnyHandlers, services),
    listen: async (address) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
      return `${address.slice(0, address.lastIndexOf(':'))}:${await promise}`;
    },
    stop: async () => {
      isDraining = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      server.tryShutdown(() => resolve());
      await promise;
      clearTimeout(timer);
    },
  };
}

function addHealth(server: Server, isServing: () => Promise<boolean>): void {
  const check = async () => ({ status: (await isServing()) ? ('SERVING' as const) : ('NOT_SERVING' as const) });
  server.addService(HealthService, {
    check: (_call: unknown, callback: sendUnaryData<unknown>) =>
      void check().then(
        (answer) => callback(null, answer),
        () => callback(null, { status: 'NOT_SERVING' }),
      ),
    watch: (call: ServerWritableStream<unknown, unknown>) => void check().then((answer) => call.end(answer)),
  });
}

function addService(server: Server, definition: Definition, handlers: AnyHandlers, services: CallServices): void {
  const implementation: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(definition)) {
    const handler = handlers[name];
    if (!handler) throw new Error(`The rpc ${method.path} has no handler.`);
    implementation[name] = method.responseStream
      ? serveStream(method, handler as unknown as StreamHandler<unknown, unknown>, services)
      : serveUnary(method, handler as UnaryHandler<unknown, unknown>, services);
  }
  server.addService(definition, implementation as never);
}

/** Nothing thrown reaches gRPC as it is: only a refusal's own sentence does. */
function serveUnary(method: AnyMethod, handler: UnaryHandler<unknown, unknown>, services: CallServices) {
  return (grpcCall: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>): void => {
    const trailer = new Metadata();
    void observed(method, grpcCall, services, async () => {
      const call = openCall(method, grpcCall, services, trailer);
      return handler(grpcCall.request, call);
    }).then(
      (answer) => callback(null, answer, trailer),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

function serveStream(method: AnyMethod, handler: StreamHandler<unknown, unknown>, services: CallServices) {
  return (grpcCall: ServerWritableStream<unknown, unknown>): void => {
    const trailer = new Metadata();
    void observed(method, grpcCall, services, async () => {
      const call = openCall(method, grpcCall, services, trailer);
      for await (const message of handler(grpcCall.request, call)) {
        if (!grpcCall.write(message)) await drained(grpcCall, call.signal);
        if (grpcCall.cancelled) return;
      }
    }).then(
      () => grpcCall.end(),
      (error: unknown) => grpcCall.emit('error', toStatus(error)),
    );
  };
}

/** Until the reader has caught up, or the call is over. */
async function drained(stream: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  await once(stream, 'drain', { signal }).catch(() => undefined);
}

type IncomingCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

/** Span, duration and log of one call, in this one place for all rpcs. */
async function observed<T>(
  method: AnyMethod,
  call: IncomingCall,
  services: CallServices,
  work: () => Promise<T>,
): Promise<T> {
  const { telemetry } = services;
  const startedMs = performance.now();
  const [traceparent] = call.metadata.get(metadataKey.traceparent);
  const parent = contextOf(String(traceparent ?? ''));
  const attributes = { [attribute.rpcSystem]: 'grpc', [attribute.rpcMethod]: method.path };
  let outcome = 'ok';
  try {
    return await inSpan(
      telemetry.tracer,
      method.path.slice(1),
      { kind: SpanKind.SERVER, attributes, parent },
      async (span) => {
        try {
          return await work();
        } catch (error) {
          const known = mapDatabaseError(error);
          outcome = known instanceof Refusal ? known.reason : 'internal';
          span.setAttribute(attribute.outcome, outcome);
          if (!(known instanceof Refusal) || isForgottenBound(known))
            telemetry.log.error({ err: known, rpc: method.path, request_id: requestIdOf(call) }, 'a call failed');
          throw known;
        }
      },
    );
  } finally {
    services.duration.record((performance.now() - startedMs) / 1000, {
      [attribute.rpcMethod]: method.path,
      [attribute.outcome]: outcome,
    });
  }
}

function requestIdOf(call: IncomingCall): string {
  return String(call.metadata.get(metadataKey.requestId)[0] ?? '');
}
