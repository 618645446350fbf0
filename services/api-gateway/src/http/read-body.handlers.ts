import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { parseQueryText } from '@lido/runtime/rest/query.ts';
import express, { type Request, type Response } from 'express';

export interface ReadBody {
  /** Parsed; undefined where the request had no body. */
  readonly value: unknown;
  readonly source: 'json' | 'form';
  /** What was sent, for the hash an idempotency key is compared by. */
  readonly bytes: Buffer;
}

export type BodyReader = (request: Request, response: Response) => Promise<ReadBody>;

const NOTHING: ReadBody = { value: undefined, source: 'json', bytes: Buffer.alloc(0) };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON and form bodies of at most so many bytes; refuses others with 400, 413 or 415. */
export function createBodyReader(bytesMax: number): BodyReader {
  const readRaw = express.raw({ type: () => true, limit: bytesMax });
  return async (request, response) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    readRaw(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    await promise.catch((error: unknown) => {
      throw describeReadError(error, bytesMax);
    });
    const bytes: unknown = request.body;
    return Buffer.isBuffer(bytes) && bytes.length > 0 ? parse(request, bytes) : NOTHING;
  };
}

/** The kind of a request's body; a client that sends one without a type means JSON. */
export function mediaTypeOf({ headers }: Request): string {
  return (headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

function parse(request: Request, bytes: Buffer): ReadBody {
  const type = mediaTypeOf(request);
  if (type === 'application/x-www-form-urlencoded') {
    const value = parseQueryText(decodeText(bytes));
    if (!value) throw malformed('The form holds too many fields; please send JSON.');
    return { value, source: 'form', bytes };
  }
  if (type === 'application/json' || /^application\/[a-z0-9.-]+\+json$/.test(type)) {
    return { value: parseJson(decodeText(bytes)), source: 'json', bytes };
  }
  throw new UnsupportedContent('The body must be application/json or application/x-www-form-urlencoded.');
}

function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('The body is not valid UTF-8.');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The body is not valid JSON.');
  }
}

/** 415: there is no such kind among refusals, because only the gateway ever sees content types. */
export class UnsupportedContent extends Error {
  readonly status = 415;
  readonly code = 'unsupported_content_type';
}

/** 413 */
export class BodyTooLarge extends Error {
  readonly status = 413;
  readonly code = 'body_too_large';
}

/** 400 */
export function malformed(sentence: string): Refusal {
  return new Refusal('malformed', 'malformed', sentence);
}

function describeReadError(error: unknown, bytesMax: number): unknown {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new BodyTooLarge(`The body must not be larger than ${bytesMax} bytes.`);
    case 'encoding.unsupported':
      return new UnsupportedContent('The body’s Content-Encoding must be gzip, deflate or br, or none.');
    default:
      return malformed('The body could not be read to its end.');
  }
}
