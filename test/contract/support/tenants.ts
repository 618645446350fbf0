import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { randomPrefix } from '../../support/servers.ts';

/** Makes a second organisation, which no rpc can do, and answers its owner's token. */
export async function addOrganisation(databaseUrl: string): Promise<string> {
  const [organisation, token] = [randomUUID(), randomPrefix()];
  const owner = randomUUID();
  await withDatabase(databaseUrl, async (client) => {
    const insert = (table: string, id: string, values: Record<string, unknown>): Promise<void> =>
      insertRow(client, table, { id, organisation_id: organisation, ...values });
    await insert('organisations', organisation, { name: 'Another organisation' });
    await insert('brands', randomUUID(), { name: 'Another brand' });
    await insert('users', owner, { name: 'Owner', email: 'owner@example.com', is_owner: true, grants: '[]' });
    await insert('access_tokens', randomUUID(), tokenRow('KIND_STAFF', owner, token));
  });
  return token;
}

/** A token that a customer got by signing in. */
export async function addCustomerToken(databaseUrl: string, organisation: string, customer: string): Promise<string> {
  const token = randomPrefix();
  await withDatabase(databaseUrl, (client) =>
    insertRow(client, 'access_tokens', {
      id: randomUUID(),
      organisation_id: organisation,
      ...tokenRow('KIND_CUSTOMER', customer, token),
    }),
  );
  return token;
}

function tokenRow(kind: string, holder: string, token: string): Record<string, unknown> {
  const hash = createHash('sha256').update(token).digest('hex');
  return { kind, holder_id: holder, name: 'Test', token_hash: hash, is_bootstrap: false };
}

async function insertRow(client: pg.Client, table: string, values: Record<string, unknown>): Promise<void> {
  const now = new Date();
  const row = { ...values, created_at: now, created_by: 'test', updated_at: now, updated_by: 'test', version: 1 };
  const columns = Object.keys(row);
  const marks = columns.map((_column, index) => `$${index + 1}`);
  await client.query(`insert into ${table} (${columns.join(', ')}) values (${marks.join(', ')})`, Object.values(row));
}

async function withDatabase(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
