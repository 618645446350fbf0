import { afterAll, beforeAll, expect, test } from 'vitest';
import { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { TokenInfoServiceService } from '@lido/proto/lido/customers/v1/token_info.ts';
import { UserServiceService } from '@lido/proto/lido/customers/v1/user.ts';
import { permissions } from '@lido/runtime/grpc/permissions.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { start } from '../src/start.ts';
import { hashOf } from '../src/users/token.ts';
import { site } from './builders.ts';
import { anybody, callerOf, type TestCaller } from '../../../test/support/callers.ts';
import { startCustomers, type TestService } from './support.ts';

let customers: TestService;
let tokens: Peer<typeof TokenServiceService>;
let users: Peer<typeof UserServiceService>;
let sites: Peer<typeof SiteServiceService>;

beforeAll(async () => {
  customers = await startCustomers();
  tokens = customers.peer(TokenServiceService);
  users = customers.peer(UserServiceService);
  sites = customers.peer(SiteServiceService);
});
afterAll(() => customers.stop());

async function callerWith(token: string): Promise<TestCaller> {
  const { principal } = await tokens.resolveToken({ tokenHash: hashOf(token) }, anybody());
  if (principal === null) throw new Error('A resolved token has a principal.');
  return callerOf(principal);
}

const owner = () => callerWith(customers.bootstrapToken);

test('the bootstrap token stands for an owner who holds every permission at every site of the organisation', async () => {
  const first = await owner();
  expect(first.principal).toMatchObject({ kind: 'KIND_STAFF', name: 'Owner', grants: [] });
  const made = await sites.createSite(site(), first);
  const second = await owner();
  expect(second.principal.organisationId).toBe(made.organisationId);
  expect(second.principal.brandIds).toEqual([made.brandId]);
  expect(second.principal.grants).toEqual([{ siteId: made.id, brandId: made.brandId, permissions: [...permissions] }]);
});

test.each([
  ['unknown', 'no-such-token'],
  ['empty', ''],
])('an %s token is not found', async (_title, token) => {
  await expect(tokens.resolveToken({ tokenHash: hashOf(token) }, anybody())).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('a user’s token stands for exactly what the user was granted, until it is revoked', async () => {
  const by = await owner();
  const place = await sites.createSite(site(), by);
  const caller = await owner();
  const grants = [{ siteId: place.id, permissions: ['customers.view'] }];
  const user = await users.createUser({ ...noUser, name: 'Ana', email: 'ANA@example.com', grants }, caller);
  expect(user).toMatchObject({ name: 'Ana', email: 'ana@example.com', isOwner: false, grants });

  const issued = await users.createUserToken({ parentId: user.id, name: 'Till' }, caller);
  expect(issued.token).toMatch(/^lido_[\w-]{43}$/);
  const ana = await callerWith(issued.token);
  expect(ana.principal).toMatchObject({
    id: user.id,
    organisationId: place.organisationId,
    brandIds: [place.brandId],
    grants,
  });

  const info = await customers
    .peer(TokenInfoServiceService)
    .getTokenInfo({ authorization: `Bearer ${issued.token}` }, ana);
  expect(info).toMatchObject({
    id: issued.id,
    name: 'Till',
    user: { id: user.id, name: 'Ana', email: 'ana@example.com' },
    organisationId: place.organisationId,
    sites: [{ id: place.id, permissions: ['customers.view'] }],
  });
  expect(info.lastUsedAt).toMatch(/^\d{4}-\d{2}-\d{2}T/);

  await users.deleteUserToken({ parentId: user.id, id: issued.id }, caller);
  await expect(callerWith(issued.token)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(users.deleteUserToken({ parentId: user.id, id: issued.id }, caller)).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('nobody grants what they do not hold, nor takes a token of somebody who holds more', async () => {
  const place = await sites.createSite(site(), await owner());
  const caller = await owner();
  const grants = [{ siteId: place.id, permissions: ['settings.manage', 'customers.view'] }];
  const user = await users.createUser({ ...noUser, name: 'Ben', email: 'ben@example.com', grants }, caller);
  const ben = await callerWith((await users.createUserToken({ parentId: user.id, name: 'Ben' }, caller)).token);

  const more = [{ siteId: place.id, permissions: ['customers.lock'] }];
  await expect(
    users.createUser({ ...noUser, name: 'C', email: 'c@example.com', grants: more }, ben),
  ).rejects.toMatchObject({ kind: 'forbidden' });
  const { data } = await users.listUsers({ query: 'owner' }, ben);
  const ownerId = data[0]?.id ?? '';
  await expect(users.createUserToken({ parentId: ownerId, name: 'Mine now' }, ben)).rejects.toMatchObject({
    kind: 'forbidden',
  });
});

test('a bad grant, a taken e-mail address and an expiry in the past are field errors', async () => {
  const caller = await owner();
  const unknown = [{ siteId: 'nowhere', permissions: ['settings.manage'] }];
  await expect(
    users.createUser({ ...noUser, name: 'D', email: 'd@example.com', grants: unknown }, caller),
  ).rejects.toMatchObject({
    kind: 'invalid',
    fields: { 'grants.0.site_id': ['There is no site nowhere.'] },
  });
  const user = await users.createUser({ ...noUser, name: 'E', email: 'e@example.com' }, caller);
  await expect(users.createUser({ ...noUser, name: 'F', email: 'E@example.com' }, caller)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { email: [expect.any(String)] },
  });
  await expect(
    users.createUserToken({ parentId: user.id, name: 'Old', expiresAt: '2001-01-01T00:00:00Z' }, caller),
  ).rejects.toMatchObject({ kind: 'invalid', fields: { expires_at: [expect.any(String)] } });
});

test('a start with another bootstrap token hands the same organisation over, and one without it closes the door', async () => {
  const first = await owner();
  const env = {
    LIDO_DATABASE_URL: customers.database.url,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: customers.prefix,
    LIDO_LOG_LEVEL: 'error',
  };
  const next = randomPrefix();
  await (await start({ ...env, LIDO_BOOTSTRAP_TOKEN: next })).stop();
  await expect(owner()).rejects.toMatchObject({ kind: 'not_found' });
  expect((await callerWith(next)).principal).toMatchObject({ id: first.principal.id, grants: first.principal.grants });
  await (await start(env)).stop();
  await expect(callerWith(next)).rejects.toMatchObject({ kind: 'not_found' });
});

const noUser = { id: '', organisationId: '', isOwner: false, grants: [], createdAt: '', updatedAt: '' };
