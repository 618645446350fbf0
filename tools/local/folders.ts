import { join } from 'node:path';

/** The checkout's folder. */
export const root = join(import.meta.dirname, '..', '..');

/** Programs we fetch ourselves lie here, whatever LIDO_DATA is. */
export const cacheDir = join(root, '.lido', 'cache');
