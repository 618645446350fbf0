import { createHmac } from 'node:crypto';
import { type LookupAddress, type LookupAllOptions, lookup as lookUpAll } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { bareHost, isAllowedHost, isPublicAddress, urlComplaint } from './public-address.client.ts';

/** What a URL is called with. */
export interface UrlCall {
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly secret: string;
  readonly activityId: string;
  readonly atMs: number;
}

/** What a called URL has answered. */
export interface UrlAnswer {
  readonly isDone: boolean;
  /** Whether another try may go better: nobody was reached, or the other side is not well. */
  readonly isRetryable: boolean;
  readonly message: string | null;
}

const deadlineMs = 3_000;
const answerBytesMax = 64 * 1024;
const messageLengthMax = 300;

/** Asks for all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Calls URLs of the public internet, and those of hosts that configuration allows. A call never throws. */
export function urlCaller(
  allowedHosts: ReadonlySet<string>,
  resolve: Resolve = lookUpAll,
): (call: UrlCall) => Promise<UrlAnswer> {
  const lookup = publicLookup(resolve);
  return async (call) => {
    const complaint = urlComplaint(call.url, allowedHosts);
    if (complaint) return { isDone: false, isRetryable: false, message: `The URL of the action ${complaint}.` };
    try {
      return await send(new URL(call.url), call, { allowedHosts, lookup });
    } catch (error) {
      const isClosed = error instanceof ClosedAddress;
      const message = isClosed
        ? 'The URL of the action does not lead to a public address.'
        : 'The URL of the action did not answer in time.';
      return { isDone: false, isRetryable: !isClosed, message };
    }
  };
}

/** The name leads to an address that must not be called. */
class ClosedAddress extends Error {}

async function send(
  url: URL,
  call: UrlCall,
  { allowedHosts, lookup }: { allowedHosts: ReadonlySet<string>; lookup: LookupFunction },
): Promise<UrlAnswer> {
  const isAllowed = isAllowedHost(url, allowedHosts);
  const isTls = url.protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // A connection of its own for each call: what an earlier one was connected to says nothing about this one.
  const request = (isTls ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: headersOf(call),
    agent: isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
    signal: AbortSignal.timeout(deadlineMs),
    ...(isAllowed || isIP(bareHost(url)) !== 0 ? {} : { lookup }),
  });
  request.on('response', resolve);
  request.on('error', reject);
  request.end(call.body);
  const response = await promise;
  const status = response.statusCode ?? 0;
  const message = messageIn(await readText(response));
  if (status >= 200 && status < 300) return { isDone: true, isRetryable: false, message };
  return { isDone: false, isRetryable: status >= 500 || status === 429, message };
}

/** `t=<seconds>,v1=<hex>`: the HMAC-SHA256 of the seconds, a dot and the body. */
export function signatureOf({ secret, body, atMs }: Pick<UrlCall, 'secret' | 'body' | 'atMs'>): string {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

function headersOf(call: UrlCall): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(call.body)),
    'User-Agent': 'Lido-Actions',
    'Lido-Activity': call.activityId,
    'Lido-Signature': signatureOf(call),
  };
}

/** Resolves a name as the connection is made, and gives public addresses only: what a name led to earlier does not count. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const open = (addresses ?? []).filter(({ address }) => isPublicAddress(address));
      const [first] = open;
      if (error) return callback(error, '');
      if (!first || open.length < addresses.length) return callback(new ClosedAddress(hostname), '');
      if (options.all) return callback(null, open);
      callback(null, first.address, first.family);
    });
  };
}

/** The text of an answer as far as it is looked at; what comes after that is not read. */
async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerBytesMax) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The `message` of a JSON answer; null where it has none. */
function messageIn(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message.slice(0, messageLengthMax).toWellFormed() : null;
  } catch {
    return null;
  }
}
