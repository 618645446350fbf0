import { type Client, Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js';
import { Refusal } from '../errors/refusal.ts';
import type { AnyMethod, RequestOf, ResponseOf } from './definition.ts';

/** An answer, and what the peer said after it. */
export interface UnaryAnswer<M extends AnyMethod> {
  response: ResponseOf<M>;
  trailer: Metadata;
}

/** A year of slots is larger than gRPC's usual 4 MB; the services that answer are our own. */
export const answerBytesMax = 64 * 1024 * 1024;

/**
 * Sends one request on a client's channel and waits for its whole answer: one message, or those of a stream joined as protobuf joins them, so
 * that lists follow each other and any other field is in one of them. The library's own function for this is left out: per call it takes a
 * stack trace, builds a chain of interceptors and emits events, which nobody here uses and which cost more than a small message.
 * Throws the status of a call that failed as a ServiceError, and a refusal where the answer is larger than anybody should wait for.
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
  const messages: Buffer[] = [];
  let byteCount = 0;
  call.start(metadata, {
    onReceiveMetadata: () => {},
    onReceiveMessage: (received: Buffer) => {
      messages.push(received);
      byteCount += received.length;
      if (byteCount > answerBytesMax) {
        reject(tooLarge);
        call.cancelWithStatus(status.CANCELLED, tooLarge.message);
      } else if (method.responseStream) call.startRead();
    },
    onReceiveStatus: (state) => {
      if (state.code !== status.OK) return reject(toServiceError(state));
      const [first] = messages;
      if (first === undefined) return reject(unreadable('The answer holds no message.'));
      const whole = messages.length === 1 ? first : Buffer.concat(messages, byteCount);
      try {
        resolve({ response: method.responseDeserialize(whole) as ResponseOf<M>, trailer: state.metadata });
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

const tooLarge = new Refusal(
  'invalid',
  'answer_too_large',
  'The answer would be larger than 64 MB. Please ask for less at once, such as fewer days.',
);

function toServiceError(state: StatusObject): ServiceError {
  return Object.assign(new Error(`${status[state.code]}: ${state.details}`), state);
}
