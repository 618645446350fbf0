import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, isPortFree, localHost } from './ports.ts';

test('no port is given twice, none that somebody listens on, and none that an outgoing connection could take', async () => {
  const [first, second] = [await freePort(), await freePort()];
  const taken = createServer().listen(second + 1, localHost);
  await once(taken, 'listening');
  try {
    expect(await isPortFree(second + 1)).toBe(false);
    const third = await freePort();
    expect(new Set([first, second, second + 1, third])).toHaveProperty('size', 4);
    expect(Math.max(first, second, third)).toBeLessThan(32_768);
  } finally {
    taken.close();
  }
});
