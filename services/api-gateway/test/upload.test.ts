import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { type SpecimenServer, startSpecimenServer } from './support/specimen-server.ts';

let server: SpecimenServer;
let gateway: TestGateway;

beforeAll(async () => {
  server = await startSpecimenServer();
  gateway = await startTestGateway(server.address);
});
afterAll(async () => {
  await gateway.stop();
  server.stop();
});
beforeEach(() => {
  server.seen.length = 0;
});

const path = '/testing/specimens/s1/picture';
const picture = (content = 'pixels', name = 'Größe.png') => [new File([content], name, { type: 'image/png' })];

async function upload(parts: Record<string, (File | string)[]>, headers: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, values] of Object.entries(parts)) {
    for (const value of values) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, value.name);
    }
  }
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    body: form,
    headers: { authorization: 'Bearer staff-token', ...headers },
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

describe('a multipart body', () => {
  it('brings a file with its name and type, and fields that are read as a form’s', async () => {
    const { status } = await upload({ picture: picture(), 'tag_ids[]': ['a', 'b'], width: ['30'], unknown: ['x'] });
    expect(status).toBe(200);
    expect(server.seen.at(-1)?.request).toMatchObject({
      id: 's1',
      picture: { contentType: 'image/png', fileName: 'Größe.png', content: Buffer.from('pixels') },
      tagIds: ['a', 'b'],
      width: 30,
    });
  });

  it('with the same content has the same hash, whatever its boundary', async () => {
    const hashOf = async (content: string) => {
      await upload({ picture: picture(content) }, { 'idempotency-key': 'k' });
      return server.seen.at(-1)?.metadata.get('lido-body-hash')[0];
    };
    const hash = await hashOf('one');
    expect(await hashOf('one')).toBe(hash);
    expect(await hashOf('two')).not.toBe(hash);
  });

  it('without the file, with a text or a JSON object in its place, is 422 at that field', async () => {
    for (const parts of [{}, { picture: ['text'] }, { 'picture[content]': ['x'] }]) {
      expect(await upload(parts)).toMatchObject({ status: 422, json: { errors: { picture: [expect.any(String)] } } });
    }
    const body = { picture: { content: 'eA==', file_name: 'x.png', content_type: 'image/png' } };
    expect(await gateway.send('POST', path, { body })).toMatchObject({
      status: 422,
      json: { errors: { picture: ['The picture field must be a file of a multipart/form-data body.'] } },
    });
    expect(server.seen.filter(({ rpc }) => rpc === 'UploadPicture')).toEqual([]);
  });

  it('with a file of more than 10 MB is 413, and with several files, or fields without end, 400', async () => {
    expect(await upload({ picture: picture('x'.repeat(10 * 1024 * 1024 + 1)) })).toMatchObject({ status: 413 });
    expect(await upload({ picture: [...picture(), ...picture()] })).toMatchObject({ status: 400 });
    expect(await upload({ picture: picture(), 'tag_ids[]': Array.from({ length: 50 }, String) })).toMatchObject({
      status: 400,
    });
    expect(await upload({ width: ['9'.repeat(30_000)] })).toMatchObject({ status: 413 });
  });

  it('that names no boundary is 415, one that breaks off 400, and other operations take none', async () => {
    const send = (to: string, type: string) =>
      gateway.send('POST', to, {
        body: '--b\r\nContent-Disposition: form-data; name="x"\r\n',
        headers: { 'content-type': type },
      });
    expect(await send(path, 'multipart/form-data')).toMatchObject({ status: 415 });
    expect(await send(path, 'multipart/form-data; boundary=b')).toMatchObject({ status: 400 });
    expect(await send('/testing/specimens', 'multipart/form-data; boundary=b')).toMatchObject({ status: 415 });
  });

  it('is not read before the caller is known', async () => {
    expect(await upload({ picture: picture() }, { authorization: 'Bearer nobody' })).toMatchObject({ status: 401 });
  });

  it('of a client that goes away harms nobody', async () => {
    const [host, port] = gateway.address.split(':');
    const socket = connect(Number(port), host);
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer staff-token\r\nContent-Length: 1000\r\n`;
    socket.end(`${head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n`);
    await text(socket);
    expect(await upload({ picture: picture() })).toMatchObject({ status: 200 });
  });
});
