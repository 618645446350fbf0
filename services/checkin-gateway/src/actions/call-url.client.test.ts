import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Resolve, urlCaller } from './call-url.client.ts';

const call = (url: string) => ({ url, body: '{}', secret: 'secret', activityId: 'activity-1', atMs: 0 });

/** A host on this machine; answers its address, and how often it was called. */
async function serve(answer: RequestListener): Promise<{ host: string; port: number; count(): number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    answer(request, response);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, port, count: () => count };
}

describe('a public name', () => {
  const leadingTo = (...addresses: string[]): Resolve => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return (_hostname, _options, callback) => callback(null, found);
  };

  test.each([
    ['a private address', ['10.0.0.7']],
    ['this machine', ['127.0.0.1']],
    ['this machine by IPv6', ['::1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a public and a private address', ['1.1.1.1', '192.168.1.1']],
  ])('that leads to %s is not called, nor tried again', async (_, addresses) => {
    const answer = await urlCaller(new Set(), leadingTo(...addresses))(call('https://hooks.example.com/x'));
    expect(answer).toEqual({
      ...{ isDone: false, isRetryable: false },
      message: 'The URL of the action does not lead to a public address.',
    });
  });

  test('is looked up for each call anew: what it led to before does not count', async () => {
    let asked = 0;
    const turning: Resolve = (_hostname, _options, callback) => {
      asked += 1;
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const { port, count } = await serve((_, response) => response.end());
    const caller = urlCaller(new Set(), turning);
    for (let time = 0; time < 2; time++) await caller(call(`https://hooks.example.com:${port}/x`));
    expect([asked, count()]).toEqual([2, 0]);
  });

  test('that nobody knows may be known later', async () => {
    const unknown: Resolve = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    expect(await urlCaller(new Set(), unknown)(call('https://hooks.example.com/x'))).toMatchObject({
      isDone: false,
      isRetryable: true,
    });
  });
});

describe('a URL that does not come to an end', () => {
  test.each<[string, RequestListener]>([
    ['answers nothing', () => undefined],
    ['begins an answer and stops', (_, response) => void response.writeHead(200).write('{"message":')],
  ])('because it %s is given up after three seconds, and may be tried again', async (_, listener) => {
    const { host } = await serve(listener);
    const startedMs = performance.now();
    expect(await urlCaller(new Set([host]))(call(`http://${host}/x`))).toEqual({
      ...{ isDone: false, isRetryable: true },
      message: 'The URL of the action did not answer in time.',
    });
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(2_900);
  });
});
