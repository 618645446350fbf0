import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../tools/local/folders.ts';

const settingsIn = (text: string): string[] => [...text.matchAll(/\b(?:LIDO|OTEL)_[A-Z_]+\b/g)].map(([name]) => name);

test('the settings that operators read of are those that there are', () => {
  const sources = globSync(['services/*/src/config.ts', 'services/runtime/src/config/read-config.ts'], { cwd: root });
  expect(sources.length).toBeGreaterThan(5);
  const known = new Set(sources.flatMap((path) => settingsIn(readFileSync(join(root, path), 'utf8'))));
  const told = new Set(settingsIn(readFileSync(join(root, 'docs', 'operating.md'), 'utf8')));
  expect([...told].sort()).toEqual([...known].sort());
});
