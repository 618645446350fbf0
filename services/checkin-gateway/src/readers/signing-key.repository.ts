import { generateKeyPairSync } from 'node:crypto';
import type { Database } from '@lido/runtime/db/database.ts';
import { readSigningKey, type SigningKey } from './signing-key.ts';

/** The key that allow-lists are signed with: the configured one, or one made once and kept in the database. */
export async function findSigningKey(db: Database, configured: string | undefined): Promise<SigningKey> {
  if (configured !== undefined) return readSigningKey(configured);
  const kept = await readKept(db);
  if (kept !== undefined) return readSigningKey(kept);
  const { privateKey } = generateKeyPairSync('ed25519');
  const made = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  await db
    .fork()
    .execute(
      `insert into signing_keys (name, private_key) values ('allow-list', ?) on conflict do nothing`,
      [made],
      'run',
    );
  // Another replica may have been first.
  return readSigningKey((await readKept(db)) ?? made);
}

async function readKept(db: Database): Promise<string | undefined> {
  const rows = await db
    .fork()
    .execute<{ private_key: string }[]>(`select private_key from signing_keys where name = 'allow-list'`);
  return rows[0]?.private_key;
}
