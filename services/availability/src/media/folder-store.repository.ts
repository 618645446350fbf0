import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { MediaStore } from './media-store.ts';

const nameForm = /^[0-9a-f-]{1,64}\/[a-z]+\.[a-z0-9]+$/;

/** Keeps files in a folder, which is made when it is first needed. A shared disk serves several processes. */
export function folderStore(folder: string): MediaStore {
  const pathOf = (name: string): string => {
    if (!nameForm.test(name)) throw new Error(`${name} is no name of a stored file.`);
    return join(resolve(folder), name);
  };
  return {
    put: async (name, content) => {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true });
      const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await writeThrough(unfinished, content);
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    get: (name) => createReadStream(pathOf(name)),
  };
}

/** Written to the disk before it gets its name, so that a crash leaves no half of a file under it. */
async function writeThrough(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
