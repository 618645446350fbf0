import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../../../tools/local/folders.ts';
import { freePort } from '../../../tools/local/ports.ts';
import { behaviours } from '../simulator/behaviours.ts';
import { device } from './builders.ts';
import { startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let member: TestGuest;
let folder: string;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
  folder = await mkdtemp(join(tmpdir(), 'lido-reader-'));
  member = await gateway.addMember();
  // As npm start leaves it.
  const local = {
    ...{ baseUrl: gateway.baseUrl, readersUrl: gateway.readersUrl, token: gateway.ownerToken, site: gateway.siteId },
    devices: { entrance: await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER', unlockMs: 200 }) },
    wearables: { member: member.uid },
  };
  await writeFile(join(folder, 'local.json'), JSON.stringify(local));
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

async function run(args: string[], data = folder): Promise<Ran> {
  const program = join(root, 'services', 'checkin-gateway', 'simulator', 'main.ts');
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const env = { ...process.env, LIDO_DATA: data };
  execFile(process.execPath, [program, ...args], { env, timeout: 60_000 }, (error, out, errors) =>
    resolve({ code: error ? Number(error.code) : 0, out, errors }),
  );
  return promise;
}

describe('npm run reader', () => {
  test('explains itself with every behaviour by its name', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('npm run reader -- tap ');
    for (const name of Object.keys(behaviours)) expect(out).toContain(`\n  ${name} `);
  });

  test.each([
    [['tap'], /^granted: "[^"]+" after \d+\.\d ms\n$/],
    [['tap', '04FFFFFF'], /^denied: "Card not known" after/],
    [['--passed', 'true', 'tap'], /somebody went through/],
    [['tap', '--http'], /^granted \(granted\)/],
    [['tag'], /^granted/],
    [['barcode', 'nobody'], /^denied/],
    [['double'], /It was decided once/],
    [['repeat'], /^granted.*\ngranted.*\n$/],
    [['same-id'], /the same one/],
    [['silence'], /Relays on: 1\.\n.*\(4001\)\.\nBack again\. All relays are off/],
    [['unheard'], /^Silent before the answer\..*\(4001\)\.\ngranted/],
    [['slow'], /^granted/],
    [['no-unlock'], /Relays on: 1\.\nAll relays are off/],
    [['no-heartbeat'], /\(4001\)\.\ngranted/],
    [['reconnect'], /\(4000\)\.\ngranted/],
    [['wrong-token'], /^Refused, as it should be: .*401/],
    [['wrong-serial'], /^Refused, as it should be: .*1008/],
    [['garbage'], /^granted/],
    [['skew'], /^granted \(granted\)/],
    [['dry'], /^granted \(granted\)/],
    [['--entries', '5', 'replay'], /^5 entries handed in: 5 accepted.*\n.*: 5 known/],
    [['allow-list'], /The signature is good\. 2 media/],
  ] as const)('%j shows what happened', async (args, shown) => {
    // A new tap, not a repeat of the last one.
    gateway.advance(3);
    const { out, errors, code } = await run([...args]);
    expect([errors, code]).toEqual(['', 0]);
    expect(out).toMatch(shown);
  });

  test.each(['HEX_MSB', 'HEX_LSB', 'DECIMAL', 'TEXT'] as const)('writes a card as %s', async (format) => {
    const dialling = await gateway.addDevice({
      mediumFormat: `MEDIUM_FORMAT_${format}`,
      direction: 'DEVICE_DIRECTION_INNER',
    });
    const at = ['--device', dialling.id, '--token', dialling.token, '--serial', dialling.serial, '--format', format];
    expect((await run([...at, 'tap'])).out).toMatch(/^granted/);
    gateway.advance(3);
    // Over HTTP a tap says itself how it is written.
    expect((await run(['--http', '--format', format, 'tap'])).out).toMatch(/^granted/);
  });

  test.each(['rfid_uid', 'barcode', 'card_number', 'pin', 'token'] as const)('holds a %s to a reader', async (kind) => {
    gateway.advance(3);
    const dialling = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' });
    const at = ['--device', dialling.id, '--token', dialling.token, '--serial', dialling.serial, '--kind', kind];
    const { out, errors } = await run([...at, '--http', 'tap', 'ABCD']);
    expect([out, errors]).toEqual([expect.stringMatching(/^denied/), '']);
    const kinds = await gateway.sql('select medium_kind from taps where device_id = $1', [dialling.id]);
    expect(kinds).toEqual([{ medium_kind: kind }]);
  });

  test('holds a printed code to a terminal', async () => {
    gateway.advance(3);
    expect((await run(['--kind', 'barcode', 'tap', member.customerId])).out).toMatch(/^granted/);
  });

  test('floods, and tells how little of it was decided', async () => {
    const { id, token, serial } = await gateway.addDevice();
    const { out } = await run(['--device', id, '--token', token, '--serial', serial, 'flood']);
    expect(Number(/decided (\d+)/.exec(out)?.[1])).toBeLessThan(300);
  });

  test('is a load of many readers, whose devices are gone afterwards', async () => {
    const { out, errors } = await run(['--readers', '3', '--rate', '10', '--seconds', '1', 'load']);
    expect(errors).toBe('');
    expect(out).toMatch(/10 taps, 10 decided, 0 without an answer/);
    expect(out).toMatch(/from tap to answer: p50 \d+\.\d ms, p99 \d+\.\d ms/);
    expect(await gateway.sql(`select 1 from devices where name = 'Simulated reader' and deleted_at is null`)).toEqual(
      [],
    );
  });

  test('waits for the gateway to dial where it listens', async () => {
    const port = await freePort();
    const serialNumber = `listening-${port}`;
    const running = run(['--listen', String(port), '--serial', serialNumber, 'tap']);
    const body = device({ siteId: gateway.siteId, serialNumber, address: `ws://127.0.0.1:${port}/api` });
    const { id } = await gateway.devices.createDevice(body, gateway.caller);
    onTestFinished(() => gateway.devices.deleteDevice({ id }, gateway.caller).then(() => undefined));
    expect((await running).out).toMatch(/^Waiting for the gateway.*\n(granted|denied)/);
  });
});

describe('what can not be played', () => {
  test.each([
    [[], 'Which behaviour'],
    [['dance'], 'There is no behaviour dance'],
    [['--rate', 'many', 'load'], '--rate must be a whole number'],
    [['--passed', 'maybe', 'tap'], '--passed must be true or false'],
    [['--colour', 'red', 'tap'], '--colour'],
    [['--kind', 'ring', 'tap'], '--kind must be one of rfid_uid, '],
    [['--kind', 'pin', 'tap', '1234'], 'Please add --http for pin'],
    [['--format', 'OCTAL', 'tap'], '--format must be one of HEX_MSB, '],
    [['--format', 'DECIMAL', 'tap', 'lady'], 'must be given as hexadecimal'],
    [['--reader', 'cellar', 'tap'], 'It has: entrance'],
  ] as const)('%j is said in a sentence, with where to find help', async (args, sentence) => {
    const { code, errors } = await run([...args]);
    expect(code).toBe(2);
    expect(errors).toContain(sentence);
    expect(errors).toContain('--help');
  });

  test('is a tap where Lido was never started, or does not run', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'lido-reader-'));
    onTestFinished(() => rm(empty, { recursive: true }));
    expect((await run(['tap'], empty)).errors).toContain('npm start');
    const away = ['--url', 'ws://127.0.0.1:1', '--token', 'x', '--serial', 'y', 'tap'];
    expect(await run(away, empty)).toMatchObject({ code: 1, errors: expect.stringContaining('Nobody answers') });
    const api = ['--api', 'http://127.0.0.1:1', '--token', 'x', '--http', 'tap'];
    expect(await run(api, empty)).toMatchObject({ code: 1, errors: expect.stringContaining('Nobody answers') });
  });

  test('is refused with what to do about it', async () => {
    const { token } = await gateway.addDevice({ enabled: false });
    const { errors, code } = await run(['--token', token, '--serial', 'x', 'tap']);
    expect([code, errors]).toEqual([1, expect.stringContaining('disabled')]);
    const wrong = await run(['--token', `${token.slice(0, -4)}AAAA`, '--serial', 'x', 'tap']);
    expect(wrong.errors).toContain('POST /devices/{id}/token');
  });
});
