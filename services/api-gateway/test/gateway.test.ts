import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../tools/local/ports.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { type SpecimenServer, startSpecimenServer } from './support/specimen-server.ts';

let server: SpecimenServer;
let gateway: TestGateway;

beforeAll(async () => {
  server = await startSpecimenServer();
  gateway = await startTestGateway(server.address, {
    LIDO_TRUSTED_PROXIES: '127.0.0.1',
    LIDO_HTTP_BODY_BYTES_MAX: '2048',
  });
});
afterAll(async () => {
  await gateway.stop();
  server.stop();
});
beforeEach(() => {
  server.seen.length = 0;
});

const specimens = '/testing/specimens';
const pearl = { site_id: 'site', name: 'Pearl' };
const lastCall = () => server.seen.at(-1);

describe('an answer', () => {
  it('wraps a resource in data, with every field present and free-form values whole', async () => {
    const reply = await gateway.send('GET', `${specimens}/a%20b%2Fc`);
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      data: {
        id: 'a b/c',
        name: 'Pearl',
        description: null,
        tag_ids: [],
        stage: null,
        extra: { a: [1, null, { b: 'c' }] },
      },
    });
  });

  it('to a list has absolute links that keep the filters, and meta', async () => {
    const reply = await gateway.send('GET', `${specimens}?site_id=a,b&page=2&per_page=2`, {
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'spa.example' },
    });
    const path = 'https://spa.example/testing/specimens';
    expect(reply.json).toMatchObject({
      data: [{}, {}],
      totals: { price: 10 },
      links: { next: `${path}?site_id=a,b&per_page=2&page=3`, prev: `${path}?site_id=a,b&per_page=2&page=1` },
      meta: { from: 3, to: 4, total: 5, current_page: 2, last_page: 3, per_page: 2, path },
    });
    expect(lastCall()?.request).toMatchObject({ siteId: ['a', 'b'], page: 2, perPage: 2 });
  });

  it('is 201 to a create, 204 without a body to a delete', async () => {
    expect(await gateway.send('POST', specimens, { body: pearl })).toMatchObject({
      status: 201,
      json: { data: { id: 's2' } },
    });
    expect(await gateway.send('DELETE', `${specimens}/s1`)).toMatchObject({ status: 204, text: '' });
  });

  it('is 201 to an update whose answer says that it made something, else 200', async () => {
    const put = (enabled: boolean) => gateway.send('PUT', `${specimens}/s1`, { body: { enabled } });
    expect(await put(true)).toMatchObject({ status: 201, json: { data: { enabled: true } } });
    expect(await put(false)).toMatchObject({ status: 200, json: { data: { enabled: false } } });
  });

  it('that is a file is sent as it comes, under its name', async () => {
    const reply = await gateway.send('GET', `${specimens}/pearl/file`);
    expect(reply).toMatchObject({
      status: 200,
      text: `one,${'two'.repeat(100_000)},three`,
      headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename=pearl.csv' },
    });
    expect(await gateway.send('HEAD', `${specimens}/pearl/file`)).toMatchObject({ status: 200, text: '' });
  });

  it('of a list is CSV for whoever prefers it, where the list has it', async () => {
    const list = (accept: string) => gateway.send('GET', `${specimens}?site_id=site&page=2`, { headers: { accept } });
    expect(await list('text/csv')).toMatchObject({
      status: 200,
      text: 'page 2',
      headers: { 'content-disposition': 'attachment; filename=specimens.csv', vary: expect.stringContaining('Accept') },
    });
    expect(await list('text/csv;q=0.5, application/json')).toMatchObject({ json: { meta: { current_page: 2 } } });
    for (const accept of ['*/*', 'text/html']) {
      expect(await list(accept)).toMatchObject({ status: 200, json: { meta: { current_page: 2 } } });
    }
    const one = await gateway.send('GET', `${specimens}/s1`, { headers: { accept: 'text/csv' } });
    expect(one).toMatchObject({ json: { data: { id: 's1' } } });
  });

  it('that is no file is a problem, and a file that breaks off does not end as if it were whole', async () => {
    expect(await gateway.send('GET', `${specimens}/missing/file`)).toMatchObject({
      status: 404,
      json: { message: 'There is no such file.' },
    });
    await expect(gateway.send('GET', `${specimens}/broken/file`)).rejects.toThrow();
  });

  it('that comes in several messages is one', async () => {
    const one = (name: string) => ({ name, quantity: 1, parts: [] });
    expect(await gateway.send('GET', `${specimens}/pearl/parts`)).toMatchObject({
      status: 200,
      text: JSON.stringify({ data: [one('one'), one('two'), one('three')], request_id: 'r1' }),
    });
  });

  it('that breaks off between two messages is a problem and nothing else', async () => {
    const broken = await gateway.send('GET', `${specimens}/broken/parts`);
    expect(broken).toMatchObject({ status: 500, json: { code: 'internal' } });
    expect(broken.text).not.toMatch(/secret|one/);
    expect(await gateway.send('GET', `${specimens}/missing/parts`)).toMatchObject({
      status: 404,
      json: { message: 'There are no such parts.' },
    });
  });

  it('to HEAD is that to GET without its body', async () => {
    const reply = await gateway.send('HEAD', `${specimens}/s1`);
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(Number(reply.headers['content-length'])).toBeGreaterThan(100);
  });

  it('comes from the literal path rather than from a variable', async () => {
    expect(await gateway.send('GET', `${specimens}/newest`)).toMatchObject({ json: { id: 'newest' } });
  });

  it('carries the request’s id, the caller’s own where it is fit', async () => {
    const own = await gateway.send('GET', `${specimens}/s1`, { headers: { 'x-request-id': 'order-7' } });
    expect(own.headers).toMatchObject({ 'request-id': 'order-7', 'x-request-id': 'order-7' });
    expect(lastCall()?.metadata.get('lido-request-id')).toEqual(['order-7']);
    for (const unfit of ['a b<c>', 'x'.repeat(65)]) {
      const odd = await gateway.send('GET', `${specimens}/s1`, { headers: { 'x-request-id': unfit } });
      expect(odd.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('a body', () => {
  it('fills the update mask with the keys it carries, as JSON and as a form', async () => {
    await gateway.send('PUT', `${specimens}/s1`, { body: { description: null } });
    expect(lastCall()?.request).toMatchObject({ id: 's1', updateMask: ['description'] });
    await gateway.send('PUT', `${specimens}/s1`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'capacity=3&tag_ids[]=a&tag_ids[]=b',
    });
    expect(lastCall()?.request).toMatchObject({
      specimen: { capacity: 3, tagIds: ['a', 'b'] },
      updateMask: ['capacity', 'tag_ids'],
    });
  });

  it('may come with DELETE', async () => {
    expect(await gateway.send('DELETE', `${specimens}/s1/labels`, { body: { label_ids: ['a'] } })).toMatchObject({
      status: 204,
    });
    expect(lastCall()?.request).toEqual({ id: 's1', labelIds: ['a'] });
  });

  it('that is wrong is 422 with every field, and reaches no service', async () => {
    const reply = await gateway.send('POST', specimens, { body: { name: 5, capacity: 'x' } });
    expect(reply).toMatchObject({
      status: 422,
      json: {
        message: "The request didn't pass validation.",
        errors: { name: [expect.any(String)], capacity: [expect.any(String)], site_id: [expect.any(String)] },
        code: 'invalid',
        request_id: expect.any(String),
      },
    });
    expect(server.seen.filter((call) => call.rpc === 'CreateSpecimen')).toEqual([]);
  });

  it.each([
    ['malformed JSON', { body: '{"a":' }, 400],
    ['text that is not UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 400],
    ['an encoding it does not have', { headers: { 'content-encoding': 'gzip' }, body: 'not gzip' }, 400],
    ['nothing where something is required', {}, 400],
    ['too much', { body: JSON.stringify({ name: 'x'.repeat(3000) }) }, 413],
    ['another content type', { headers: { 'content-type': 'text/xml' }, body: '<a/>' }, 415],
    ['another content encoding', { headers: { 'content-encoding': 'compress' }, body: '{}' }, 415],
  ])('with %s is refused with a message', async (_title, options, status) => {
    const reply = await gateway.send('POST', specimens, options);
    expect(reply).toMatchObject({ status, json: { message: expect.any(String), request_id: expect.any(String) } });
  });
});

describe('a caller', () => {
  it('without a good token is 401 where one is needed', async () => {
    for (const token of [null, 'unknown', '', 'service-token']) {
      const reply = await gateway.send('GET', `${specimens}/s1`, { token });
      expect(reply).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        json: { code: 'unauthenticated' },
      });
    }
    const basic = await gateway.send('GET', `${specimens}/s1`, {
      token: null,
      headers: { authorization: 'Basic eA==' },
    });
    expect(basic.status).toBe(401);
  });

  it('without a token is the public where it is let in, but a bad token is never taken for none', async () => {
    expect(await gateway.send('GET', `${specimens}/newest`, { token: null })).toMatchObject({ status: 200 });
    expect(lastCall()?.principal).toMatchObject({ kind: 'KIND_PUBLIC', id: '' });
    expect(await gateway.send('GET', `${specimens}/newest`, { token: 'unknown' })).toMatchObject({ status: 401 });
  });

  it('is made known to the service, and asked for once for many requests', async () => {
    server.tokens.set('fresh-token', 'KIND_STAFF');
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => gateway.send('GET', `${specimens}/s1`, { token: 'fresh-token' })),
    );
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200]);
    expect(server.seen.filter((call) => call.rpc === 'ResolveToken')).toHaveLength(1);
    expect(lastCall()?.principal).toMatchObject({ kind: 'KIND_STAFF', id: 'u1', organisationId: 'o1' });
  });

  it('can not pass metadata of its own to a service', async () => {
    await gateway.send('GET', `${specimens}/newest`, { token: null, headers: { 'lido-principal-bin': 'CAY=' } });
    expect(lastCall()?.principal).toMatchObject({ kind: 'KIND_PUBLIC' });
  });
});

describe('an idempotency key', () => {
  const create = (key: string, body: object) =>
    gateway.send('POST', specimens, { headers: { 'idempotency-key': key }, body });
  const hash = () => lastCall()?.metadata.get('lido-body-hash')[0];

  it('goes to the service with a hash of the request', async () => {
    await create('k1', pearl);
    expect(lastCall()?.metadata.get('idempotency-key')).toEqual(['k1']);
    const first = hash();
    await create('k1', pearl);
    expect(hash()).toBe(first);
    await create('k1', { ...pearl, name: 'Opal' });
    expect(hash()).not.toBe(first);
  });

  it('that was used before shows in the answer', async () => {
    const reply = await create('k2', { ...pearl, name: 'Repeated' });
    expect(reply.headers['idempotency-replayed']).toBe('true');
  });

  it.each(['x'.repeat(256), 'a b', 'é'])('%j is refused', async (key) => {
    expect(await create(key, pearl)).toMatchObject({
      status: 422,
      json: { errors: { 'Idempotency-Key': [expect.any(String)] } },
    });
  });
});

describe('a failure', () => {
  it.each([
    ['missing', 404, 'not_found'],
    ['taken', 409, 'slot_taken'],
    ['broken', 500, 'internal'],
    ['x'.repeat(201), 404, 'not_found'],
    ['%00', 404, 'not_found'],
    ['%E0%A4%A', 404, 'not_found'],
  ])('of %s is %i', async (id, status, code) => {
    const reply = await gateway.send('GET', `${specimens}/${id}`);
    expect(reply).toMatchObject({ status, json: { code, request_id: reply.headers['request-id'] } });
    expect(reply.text).not.toContain('secret');
  });

  it('brings the facts a client can use', async () => {
    expect(await gateway.send('GET', `${specimens}/taken`)).toMatchObject({
      json: { details: { alternatives: ['s9'] } },
    });
  });

  it('has the shape the operation’s part of the contract asks for', async () => {
    expect(await gateway.send('PUT', `${specimens}/s1/parts`, { body: [] })).toMatchObject({
      status: 422,
      json: { error: { code: 'invalid', fields: { parts: ['No.'] } }, request_id: expect.any(String) },
    });
  });

  it('to find a path or a verb is 404', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['POST', `${specimens}/s1`],
      ['PATCH', specimens],
      ['GET', '//x'],
      ['GET', '/shop/rooms'],
    ] as const) {
      expect(await gateway.send(method, path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    }
  });
});

describe('any page', () => {
  it('may read answers and errors, without credentials', async () => {
    for (const path of [`${specimens}/s1`, `${specimens}/missing`, '/nothing', '/livez', '/openapi.json']) {
      const { headers } = await gateway.send('GET', path);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('may ask before it calls, anywhere', async () => {
    const reply = await gateway.send('OPTIONS', `${specimens}/s1`, {
      token: null,
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,x-own',
      },
    });
    expect(reply).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization,x-own' },
    });
    expect(reply.headers['access-control-allow-methods']).toContain('DELETE');
  });
});

describe('what the gateway serves itself', () => {
  it('tells that it lives and how the services are', async () => {
    expect(await gateway.send('GET', '/livez', { token: null })).toMatchObject({ status: 200 });
    expect(await gateway.send('GET', '/readyz', { token: null })).toMatchObject({
      status: 200,
      json: { status: 'ready', services: { customers: 'serving' } },
    });
  });

  it('asks the services how they are once for all who want to know', async () => {
    const own = await startTestGateway(server.address);
    onTestFinished(() => own.stop());
    const before = server.seen.length;
    await Promise.all(Array.from({ length: 20 }, () => own.send('GET', '/readyz', { token: null })));
    expect(server.seen.slice(before).filter(({ rpc }) => rpc === 'Check')).toHaveLength(5);
  });

  it('counts requests by route, and tells it on an address of its own only', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const measured = await startTestGateway(server.address, { LIDO_METRICS_LISTEN: listen });
    onTestFinished(() => measured.stop());
    await measured.send('GET', `${specimens}/s1`);
    expect(await measured.send('GET', '/metrics', { token: null })).toMatchObject({ status: 404 });
    const metrics = await (await fetch(`http://${listen}/metrics`)).text();
    expect(metrics).toContain('lido_http_duration_seconds');
    expect(metrics).toContain('http_route="/testing/specimens/{id}"');
  });

  it('publishes its contract and a page to read it, all from here and under a policy', async () => {
    expect(await gateway.send('GET', '/openapi.json', { token: null })).toMatchObject({ json: { openapi: '3.1.0' } });
    const page = await gateway.send('GET', '/docs', { token: null });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/https?:\/\//);
    for (const [, file] of page.text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      expect(await gateway.send('GET', file ?? '', { token: null })).toMatchObject({ status: 200 });
    }
  });

  it('answers a request that is not HTTP with 400', async () => {
    const [host, port] = gateway.address.split(':');
    const socket = connect(Number(port), host);
    socket.end('nonsense\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/access-control-allow-origin: \*\r\n/i);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ code: 'malformed' });
  });
});

describe('a service that is away', () => {
  it('makes 503 with Retry-After, for tokens and for operations, and shows as degraded', async () => {
    const gone = await startSpecimenServer();
    gone.stop();
    const lonely = await startTestGateway(gone.address);
    try {
      expect(await lonely.send('GET', `${specimens}/s1`)).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
      });
      expect(await lonely.send('GET', `${specimens}/newest`, { token: null })).toMatchObject({ status: 503 });
      expect(await lonely.send('GET', '/readyz')).toMatchObject({
        status: 200,
        json: { status: 'degraded', services: { customers: 'unreachable' } },
      });
    } finally {
      await lonely.stop();
    }
  });
});
