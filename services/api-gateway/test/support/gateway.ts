import { loadImage } from '@lido/proto/image';
import { buildRoutes, TESTING_PACKAGE } from '@lido/runtime/rest/routes.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { request } from 'undici';
import { readGatewayConfig } from '../../src/config.ts';
import { startGateway } from '../../src/start.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly json: unknown;
}

export interface TestGateway extends RunningService {
  readonly url: string;
  send(method: string, path: string, options?: SendOptions): Promise<Reply>;
}

export interface SendOptions {
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is text or bytes already. */
  readonly body?: unknown;
}

/** The gateway as it runs, with the routes of the specimens, in front of one gRPC server. */
export async function startTestGateway(address: string, env: Record<string, string> = {}): Promise<TestGateway> {
  const config = readGatewayConfig({
    LIDO_HTTP_LISTEN: '127.0.0.1:0',
    LIDO_AVAILABILITY_ADDRESS: address,
    LIDO_ORDERS_ADDRESS: address,
    LIDO_CUSTOMERS_ADDRESS: address,
    LIDO_MEMBERSHIPS_ADDRESS: address,
    LIDO_CHECKIN_ADDRESS: address,
    LIDO_LOG_LEVEL: 'silent',
    ...env,
  });
  const routes = buildRoutes(loadImage(), { includes: (packageName) => packageName === TESTING_PACKAGE });
  const gateway = await startGateway({ config, routes, ownerOf: () => () => 'availability' });
  const url = `http://${gateway.address}`;
  return { ...gateway, url, send: (method, path, options) => send(url + path, method, options) };
}

async function send(url: string, method: string, { token, headers, body }: SendOptions = {}): Promise<Reply> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token ?? 'staff-token'}` };
  const contentType = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await request(url, {
    method: method as 'GET',
    headers: { ...authorization, ...contentType, ...headers },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  const isJson = String(answer.headers['content-type']).startsWith('application/json') && text !== '';
  return { status: answer.statusCode, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
}
