import { type Client, Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js';
import type { AnyMethod, RequestOf, ResponseOf } from './definition.ts';

/** An answer, and what the peer said after it. */
export interface UnaryAnswer<M extends AnyMethod> {
  response: ResponseOf<M>;
  trailer: Metadata;
}

/**
 * Sends one request on a client's channel and waits for its answer. The library's own function for this is left out: per call it takes a
 * stack trace, builds a chain of interceptors and emits events, which nobody here uses and which cost more than a small message.
 * Throws the status of a call that failed as a ServiceError.
 */
export function sendUnary<M extends AnyMethod>(
  client: Client,
  method: M,
  request: RequestOf<M>,
  { metadata, deadlineMs }: { metadata: Metadata; deadlineMs: number },
): Promise<UnaryAnswer<M>> {
  const { promise, resolve, reject } = Promise.withResolvers<UnaryAnswer<M>>();
  const bytes = method.requestSerialize(request);
  const call = client.getChannel().createCall(method.path, Date.now() + deadlineMs, null, null, null);
  let message: Buffer | undefined;
  call.start(metadata, {
    onReceiveMetadata: () => {},
    onReceiveMessage: (received: Buffer) => {
      message = received;
    },
    onReceiveStatus: (state) => {
      if (state.code !== status.OK) return reject(toServiceError(state));
      if (message === undefined) return reject(unreadable('The answer holds no message.'));
      try {
        resolve({ response: method.responseDeserialize(message) as ResponseOf<M>, trailer: state.metadata });
      } catch (error) {
        reject(unreadable(`The answer can not be read: ${String(error)}`));
      }
    },
  });
  call.startRead();
  call.sendMessageWithContext({}, bytes);
  call.halfClose();
  return promise;
}

function unreadable(details: string): ServiceError {
  return toServiceError({ code: status.INTERNAL, details, metadata: new Metadata() });
}

function toServiceError(state: StatusObject): ServiceError {
  return Object.assign(new Error(`${status[state.code]}: ${state.details}`), state);
}
