import { Pool } from 'undici';

export interface Call {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly text?: string | Buffer;
}

/** An answer as it came, and as far as it is JSON. */
export interface Answer {
  /** The request, for complaints. */
  readonly asked: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Record<string, unknown> | undefined;
}

export type Send = (verb: string, path: string, call?: Call) => Promise<Answer>;

export interface Client {
  readonly send: Send;
  close(): Promise<void>;
}

/** Requests about one order wait for each other: more at once would meet the deadline where a machine is very busy. */
const CONNECTIONS = 8;
const ASKED_LENGTH_MAX = 120;

/** A caller that sends paths as they are given, over connections it keeps. */
export function connectClient(baseUrl: string): Client {
  const pool = new Pool(baseUrl, { connections: CONNECTIONS });
  const send: Send = async (verb, path, { token, headers, json, text } = {}) => {
    const body = text ?? (json === undefined ? null : JSON.stringify(json));
    const response = await pool.request({
      method: verb,
      path,
      headers: {
        ...(body !== null && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });
    const answer = await response.body.text();
    return {
      asked: `${verb} ${path}`.slice(0, ASKED_LENGTH_MAX),
      status: response.statusCode,
      headers: response.headers,
      text: answer,
      body: parseObject(answer),
    };
  };
  return { send, close: () => pool.close() };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
