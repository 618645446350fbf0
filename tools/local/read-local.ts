import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './folders.ts';

/** What `npm start` leaves for scripts; undefined where Lido has not been started here. */
export function readLocal<Facts>(): Facts | undefined {
  const file = join(process.env['LIDO_DATA'] ?? join(root, '.lido'), 'local.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Facts;
  } catch {
    return undefined;
  }
}
