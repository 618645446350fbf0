import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, isPortFree, localHost } from './ports.ts';

test('no port is given twice soon, none that somebody listens on, and none that an outgoing connection could take', async () => {
  const occupied = await freePort();
  const taken = createServer().listen(occupied, localHost);
  await once(taken, 'listening');
  try {
    expect(await isPortFree(occupied)).toBe(false);
    const ports: number[] = [];
    for (let count = 0; count < 100; count++) ports.push(await freePort());
    expect(ports).not.toContain(occupied);
    expect(new Set(ports.slice(0, 30)).size).toBe(30);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  } finally {
    taken.close();
  }
});
