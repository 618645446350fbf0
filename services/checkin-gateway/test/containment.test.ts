import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../../../tools/local/folders.ts';
import { freePort, isPortOpen, waitUntil } from '../../../tools/local/ports.ts';
import { listenAsDevice } from '../simulator/listening-device.ts';
import { connectReader, type SimulatedReader } from '../simulator/reader.ts';
import { ReaderRefused } from '../simulator/refused.ts';
import { eventually, startGateway, type TestDevice } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ hasDeadline: true });
});
afterAll(() => gateway.stop());

async function refusalOf(dialling: TestDevice): Promise<number | undefined> {
  const error: unknown = await gateway.connect(dialling).catch((reason: unknown) => reason);
  return error instanceof ReaderRefused ? error.code : undefined;
}

/** Dials in until it is refused with a code; answers how it was refused before. */
async function codesUntil(last: number, dialling: TestDevice): Promise<(number | undefined)[]> {
  const codes: (number | undefined)[] = [];
  for (let code = await refusalOf(dialling); code !== last; code = await refusalOf(dialling)) codes.push(code);
  return codes;
}

const tapCount = async ({ id }: TestDevice): Promise<number> => {
  const [row] = await gateway.sql<{ count: number }>('select count(*)::int as count from taps where device_id = $1', [
    id,
  ]);
  return row?.count ?? 0;
};

describe('what a reader sends that is no frame', () => {
  test('ends its own connection when it is larger than any frame, and no other', async () => {
    const member = await gateway.addMember();
    const [loud, other] = [
      await gateway.connect(await gateway.addDevice()),
      await gateway.connect(await gateway.addDevice()),
    ];
    loud.sendRaw('x'.repeat(65 * 1024));
    expect(await loud.closed).toBe(1009);
    expect(await other.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
  });

  test('is passed over when it is binary, until there is nothing else', async () => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    reader.sendRaw(Buffer.from('{"Cmd":"App.CardIdent","MT":"Evt","Data":{"UID":"00"}}'));
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    for (let count = 0; count < 100; count++) reader.sendRaw(Buffer.alloc(16));
    expect(await reader.closed).toBe(1008);
  });
});

test('a wrong serial number is refused, and the device’s status says why', async () => {
  const dialling = await gateway.addDevice();
  expect(await refusalOf({ ...dialling, serial: 'SN-of-another' })).toBe(1008);
  await eventually(async () => {
    const { status } = await gateway.devices.getDevice({ id: dialling.id }, gateway.caller);
    return status?.lastRefusal?.startsWith('The serial number') === true && status.lastRefusedAt !== null;
  });
});

test('a device that dials in without end is refused for a while, and no other', async () => {
  const dialling = await gateway.addDevice();
  const codes = await codesUntil(429, { ...dialling, serial: 'SN-of-another' });
  expect(codes.length).toBeGreaterThanOrEqual(20);
  expect(new Set(codes)).toEqual(new Set([1008]));
  await gateway.connect(await gateway.addDevice());
});

/** Taps again and again until told to stop; answers what was shown each time. */
async function keepTapping(reader: SimulatedReader, uid: string, isOver: () => boolean): Promise<string[]> {
  const texts: string[] = [];
  do {
    texts.push((await reader.tap({ uid })).displayText);
    await delay(100);
  } while (!isOver());
  return texts;
}

test('a flood of 1,000 taps a second from one device is dropped, and others are decided as ever', async () => {
  const flooding = await gateway.addDevice();
  const flood = await gateway.connect(flooding);
  const normal = await Promise.all(
    Array.from({ length: 3 }, async () => ({
      reader: await gateway.connect(await gateway.addDevice()),
      uid: (await gateway.addMember()).uid,
    })),
  );
  // What opening a database's connections costs is no matter of floods.
  await Promise.all(normal.map(({ reader, uid }) => reader.tap({ uid })));
  let isOver = false;
  const tapping = Promise.all(normal.map(({ reader, uid }) => keepTapping(reader, uid, () => isOver)));
  const startedMs = performance.now();
  let sent = 0;
  while (sent < 3_000) {
    const due = Math.min(3_000, performance.now() - startedMs);
    for (; sent < due; sent++) flood.report({ uid: sent.toString(16).padStart(8, '0') });
    await delay(5);
  }
  isOver = true;
  const texts = await tapping;
  for (const { length } of texts) expect(length).toBeGreaterThan(1);
  // Nobody was answered by the deadline.
  for (const text of texts.flat()) expect(['Welcome', 'Already checked in']).toContain(text);
  const count = await tapCount(flooding);
  expect(count).toBeLessThanOrEqual(20 + (10 * (performance.now() - startedMs)) / 1_000);
  // The device itself is served again as soon as it comes to rest.
  const member = await gateway.addMember();
  const granted = `select 1 from taps where device_id = $1 and decision->>'outcome' = 'granted'`;
  await eventually(async () => {
    flood.report({ uid: member.uid });
    await delay(100);
    return (await gateway.sql(granted, [flooding.id])).length > 0;
  });
});

describe('a door is never left open', () => {
  const portOf = (): Promise<number> => freePort();

  async function startChild(port: number): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(root, 'services/checkin-gateway/src/main.ts')], {
      env: { ...process.env, ...gateway.env, LIDO_READERS_LISTEN: `127.0.0.1:${port}` },
      stdio: 'ignore',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await waitUntil(() => isPortOpen(port), 30_000)).toBe(true);
    return child;
  }

  test('when the gateway is killed between on and off, the next one sends the off command', async () => {
    const moreRelays = [{ id: 5, onTimeMs: 60_000 }];
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000, moreRelays });
    const member = await gateway.addMember();
    const port = await portOf();
    const relays = new Set<number>();
    const dial = () =>
      connectReader({ ...dialling, url: `ws://127.0.0.1:${port}`, relays, isWithoutUnlockProcess: true });
    const child = await startChild(port);
    const reader = await dial();
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    await eventually(async () => relays.size === 2);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await reader.closed;
    expect([...relays]).toEqual([3, 5]);
    await startChild(port);
    const again = await dial();
    onTestFinished(() => again.close());
    await eventually(async () => relays.size === 0);
  });

  test('when another gateway switches another relay of the same device, the first is still known to be on', async () => {
    const dialling = await gateway.addDevice({ relayId: 3, unlockMs: 60_000 });
    const port = await portOf();
    await startChild(port);
    const behaviour = { relays: new Set<number>(), isWithoutUnlockProcess: true };
    const atChild = await gateway.connect(dialling, { url: `ws://127.0.0.1:${port}`, ...behaviour });
    const reader = await gateway.connect(dialling, behaviour);
    await reader.tap({ uid: (await gateway.addMember()).uid });
    // Through the API this would end the connection.
    await gateway.sql('update devices set relay_id = 5, unlock_ms = 200 where id = $1', [dialling.id]);
    await atChild.tap({ uid: (await gateway.addMember()).uid });
    expect([...reader.relaysOn]).toEqual([3, 5]);
    await eventually(async () => reader.relaysOn.size === 1);
    const kept = () => gateway.sql('select relays_on from devices where id = $1', [dialling.id]);
    await eventually(async () => JSON.stringify(await kept()) === '[{"relays_on":[3]}]');
  });
});

test.each(['dials us', 'is dialled'])(
  'an orderly stop shuts the doors of a reader that %s',
  async (way) => {
    const stopping = await startGateway();
    onTestFinished(() => stopping.stop());
    const relays = new Set<number>();
    const behaviour = { relays, isWithoutUnlockProcess: true } as const;
    const fields = { relayId: 3, unlockMs: 60_000 };
    const dialled = async (): Promise<SimulatedReader> => {
      const listening = await listenAsDevice({ serial: 'SN-1', ...behaviour });
      onTestFinished(() => listening.close());
      await stopping.addDevice({ ...fields, serialNumber: 'SN-1', address: listening.url });
      return listening.nextReader();
    };
    const isDialled = way === 'is dialled';
    const reader = isDialled ? await dialled() : await stopping.connect(await stopping.addDevice(fields), behaviour);
    await reader.tap({ uid: (await stopping.addMember()).uid });
    expect([...relays]).toEqual([3]);
    await stopping.stop();
    expect([...relays]).toEqual([]);
    await reader.closed;
  },
  60_000,
);

// The last one, for it stops this address.
test('wrong tokens without end are refused unseen, and a token that was good goes on', async () => {
  const dialling = await gateway.addDevice();
  await (await gateway.connect(dialling)).close();
  const wrong = { ...dialling, token: `${dialling.token.slice(0, -4)}AAAA` };
  expect(new Set(await codesUntil(429, wrong))).toEqual(new Set([401]));
  await gateway.connect(dialling);
});
