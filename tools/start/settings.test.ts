import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../local/folders.ts';
import { readSettings } from './settings.ts';

test('without settings Lido listens on 8080, keeps its data in .lido and runs in one process', () => {
  expect(readSettings({}, [])).toEqual({
    dataDir: join(root, '.lido'),
    httpPort: 8080,
    readersPort: 8081,
    servicesDir: join(root, 'services'),
    processes: false,
  });
});

test('the readers port follows the HTTP port unless it is set', () => {
  expect(readSettings({ LIDO_PORT: '9000' }, []).readersPort).toBe(9001);
  expect(readSettings({ LIDO_PORT: '9000', LIDO_READERS_PORT: '7000' }, []).readersPort).toBe(7000);
});

test.each(['0', '65536', '-1', '80.5', ' 80', 'http', '1e3'])('the port "%s" is refused by name', (text) => {
  expect(() => readSettings({ LIDO_PORT: text }, [])).toThrow(
    `LIDO_PORT is "${text}", but a port is a number from 1 to 65535.`,
  );
});
