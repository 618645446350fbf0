import { createHash } from 'node:crypto';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { invalid, notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import { callerMetadata, type RawClient } from '@lido/runtime/grpc/client.ts';
import { metadataKey } from '@lido/runtime/grpc/principal.ts';
import { type AnswerEncoder, createAnswerEncoder } from '@lido/runtime/rest/answer.ts';
import { decodeRequest } from '@lido/runtime/rest/decode-request.ts';
import { parseQueryText } from '@lido/runtime/rest/query.ts';
import { type Route, takesFile } from '@lido/runtime/rest/routes.ts';
import type { Request, Response } from 'express';
import { authenticate } from '../auth/authenticate.ts';
import { rpcsThatChangeGrants, type TokenResolver } from '../auth/token.client.ts';
import type { BodyReader, ReadBody } from '../http/read-body.handlers.ts';
import { isIdempotencyKey } from '../http/request-headers.ts';
import { sendFile } from '../http/send-file.handlers.ts';
import { type AnyMessage, methodOf, type RouteMethod } from './peers.client.ts';

/** What serving an operation needs of the gateway. */
export interface OperationServices {
  readonly tokens: TokenResolver;
  readonly readBody: BodyReader;
  /** Reads the bodies of the operations that take a file. */
  readonly readUpload: BodyReader;
  readonly clientOf: (route: Route) => (pathValues: readonly string[]) => RawClient;
}

/** A request that has found its route. */
export interface Incoming {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  /** The client's address. */
  readonly address: string;
  /** Scheme and host the client used. */
  readonly origin: string;
  /** The path, and the query without its question mark, as they were sent. */
  readonly path: string;
  readonly query: string;
  /** The values of the path's variables. */
  readonly values: readonly string[];
}

export type Operation = (incoming: Incoming) => Promise<void>;

interface Answer {
  readonly response: AnyMessage;
  readonly isReplayed: boolean;
}

const DEADLINE_MS = 15_000;
/** A file may be large and its reader slow. */
const FILE_DEADLINE_MS = 600_000;

/** Compiles a route into a function that authenticates, decodes, calls the owning service and answers. */
export function createOperation(route: Route, services: OperationServices): Operation {
  const method = methodOf(route.grpcPath);
  const clientOf = services.clientOf(route);
  const readBody = takesFile(route) ? services.readUpload : services.readBody;
  const usual = route.answer === 'ANSWER_FILE' ? fileAnswer(method) : messageAnswer(route, method, services);
  const { csvGrpcPath } = route;
  const answer = csvGrpcPath === undefined ? usual : byAccept({ json: usual, csv: fileAnswer(methodOf(csvGrpcPath)) });
  return async (incoming) => {
    const { headers } = incoming.request;
    const principal = await authenticate(route.access, headers.authorization, (token) =>
      services.tokens.resolve(token, incoming),
    );
    const idempotencyKey = readIdempotencyKey(route, headers['idempotency-key']);
    const body = route.body === undefined ? undefined : await readBody(incoming.request, incoming.response);
    const message = decode(route, incoming, body);
    const metadata = callerMetadata(principal, incoming.requestId);
    if (idempotencyKey !== undefined) {
      metadata.set(metadataKey.idempotencyKey, idempotencyKey);
      metadata.set(metadataKey.bodyHash, hashRequest(incoming, body));
    }
    await answer({ client: clientOf(incoming.values), message, metadata }, incoming);
  };
}

/** A request that has been read, for the service that answers it. */
interface Outgoing {
  readonly client: RawClient;
  readonly message: AnyMessage;
  readonly metadata: CallOptions['metadata'];
}

type CallOptions = Parameters<RawClient['unary']>[2];
type Answering = (outgoing: Outgoing, incoming: Incoming) => Promise<void>;

function messageAnswer(route: Route, method: RouteMethod, { tokens }: OperationServices): Answering {
  const encode = createAnswerEncoder(route);
  return async ({ client, message, metadata }, incoming) => {
    const options = { metadata, deadlineMs: DEADLINE_MS, isRepeatable: route.verb === 'GET' && !route.hasEffects };
    const answer = await call(client, method, message, options);
    if (rpcsThatChangeGrants.has(route.rpc)) tokens.forgetAll();
    sendAnswer(route, encode, answer, incoming);
  };
}

function fileAnswer(method: RouteMethod): Answering {
  return ({ client, message, metadata }, { request, response }) => {
    const parts = client.serverStream(method, message, { metadata, deadlineMs: FILE_DEADLINE_MS });
    // The route is built only where the rpc streams file parts.
    return sendFile(parts as unknown as AsyncIterable<FilePart>, request, response);
  };
}

/** JSON, unless the client says that it would rather have CSV. */
function byAccept({ json, csv }: { json: Answering; csv: Answering }): Answering {
  return (outgoing, incoming) => {
    incoming.response.vary('Accept');
    const type = incoming.request.accepts(['application/json', 'text/csv']);
    return (type === 'text/csv' ? csv : json)(outgoing, incoming);
  };
}

async function call(
  client: RawClient,
  method: RouteMethod,
  message: AnyMessage,
  options: CallOptions,
): Promise<Answer> {
  const { response, trailer } = await client.unary(method, message, options);
  return { response, isReplayed: trailer.get(metadataKey.replayed)[0] === 'true' };
}

function readIdempotencyKey(route: Route, header: string | string[] | undefined): string | undefined {
  if (route.verb !== 'POST' || header === undefined) return undefined;
  if (typeof header === 'string' && isIdempotencyKey(header)) return header;
  throw invalid({ 'Idempotency-Key': ['The Idempotency-Key header must be 1 to 255 visible characters.'] });
}

// The address is part of what a key stands for: the same body sent to another order is another request.
function hashRequest({ path, query }: Incoming, body: ReadBody | undefined): string {
  const hash = createHash('sha256').update(`${path}?${query}\n`);
  return hash.update(body?.bytes ?? '').digest('hex');
}

function decode(route: Route, incoming: Incoming, body: ReadBody | undefined): AnyMessage {
  const query = parseQueryText(incoming.query);
  if (!query) throw new Refusal('malformed', 'malformed', 'The query holds too many parameters.');
  const decoded = decodeRequest(route, {
    path: incoming.values,
    query,
    headers: incoming.request.headers,
    body: body?.value,
    bodySource: body?.source ?? 'json',
  });
  switch (decoded.kind) {
    case 'decoded':
      return decoded.request;
    case 'unknown_path':
      throw notFound('');
    case 'unreadable':
      throw new Refusal('malformed', 'malformed', decoded.message);
    case 'invalid':
      throw invalid(decoded.errors);
  }
}

function sendAnswer(route: Route, encode: AnswerEncoder, answer: Answer, incoming: Incoming): void {
  const { response, requestId, origin, path, query } = incoming;
  const text = encode(answer.response, { url: origin + path, query, requestId });
  if (answer.isReplayed) response.setHeader('Idempotency-Replayed', 'true');
  const isCreated = route.createdWhen !== undefined && answer.response[route.createdWhen] === true;
  response.statusCode = isCreated ? 201 : route.status;
  if (text === undefined) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  // One write with a length; Express's own send would hash the body for an ETag nobody asked for.
  const bytes = Buffer.from(text);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}
