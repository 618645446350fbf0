import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attribute, metricName } from './names.ts';

const services = join(import.meta.dirname, '..', '..', '..');
const sources = globSync('*/src/**/*.ts', { cwd: services }).filter(
  (file) => !/\.test\.ts$|telemetry\/names\.ts$/.test(file),
);

test('no source names an attribute or a metric by a literal of its own', () => {
  expect(sources.length).toBeGreaterThan(100);
  const literal =
    /setAttributes?\(\s*['"`]|['"](?:(?:rpc|http|db|messaging)\.[a-z_.]+|lido\.[a-z_]+)['"]\s*\]?\s*:\s|create(?:Counter|Histogram|ObservableGauge)\(\s*['"`]/;
  const offenders = sources.filter((file) => literal.test(readFileSync(join(services, file), 'utf8')));
  expect(offenders).toEqual([]);
});

test('no attribute or metric can carry personal data by its name', () => {
  const names = [...Object.values(attribute), ...Object.values(metricName)];
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => /email|phone|first|last_name|token|card|address|password/.test(name))).toEqual([]);
});
