import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { permissions } from '@lido/runtime/grpc/permissions.ts';
import { CustomerEntity } from '../customers/customer.entity.ts';
import { SiteEntity } from '../sites/site.entity.ts';
import { AccessTokenEntity, type AccessTokenRow } from './token.entity.ts';
import { UserEntity, type UserRow } from './user.entity.ts';

/** A working token's row: unknown, revoked and expired ones are all undefined. */
export async function findToken(
  em: SqlEntityManager,
  tokenHash: string,
  nowMs: number,
): Promise<AccessTokenRow | undefined> {
  const row = await em.findOne(AccessTokenEntity, { tokenHash, revokedAt: null, deletedAt: null });
  const isExpired = row?.expiresAt != null && row.expiresAt.getTime() <= nowMs;
  return row === null || isExpired ? undefined : row;
}

/** Notes that a token is in use, to the minute: a write for each request would cost more than it tells. */
export async function noteUse(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute(
    `update access_tokens set last_used_at = lido_now()
     where id = ? and (last_used_at is null or last_used_at < lido_now() - interval '1 minute')`,
    [id],
    'run',
  );
}

/** Whom a token stands for; undefined when its holder is gone. */
export function findPrincipal(em: SqlEntityManager, token: AccessTokenRow): Promise<Principal | undefined> {
  return token.kind === 'KIND_STAFF' ? findStaff(em, token) : findCustomer(em, token);
}

/** What a user may do at each site that exists. */
export async function findGrants(em: SqlEntityManager, user: UserRow): Promise<Grants> {
  const where = { organisationId: user.organisationId, deletedAt: null };
  const sites = await em.find(SiteEntity, where, { fields: ['id', 'brandId'], orderBy: { id: 'asc' } });
  if (user.isOwner) return grantsOf(sites, () => [...permissions]);
  return grantsOf(sites, (siteId) => user.grants.find((grant) => grant.siteId === siteId)?.permissions);
}

export interface Grants {
  brandIds: string[];
  grants: Principal['grants'];
}

function grantsOf(sites: { id: string; brandId: string }[], heldAt: (siteId: string) => string[] | undefined): Grants {
  const grants = sites.flatMap(({ id, brandId }) => {
    const granted = heldAt(id);
    return granted === undefined ? [] : [{ siteId: id, brandId, permissions: granted }];
  });
  return { brandIds: [...new Set(grants.map(({ brandId }) => brandId))], grants };
}

async function findStaff(em: SqlEntityManager, token: AccessTokenRow): Promise<Principal | undefined> {
  const user = await em.findOne(UserEntity, { id: token.holderId, deletedAt: null });
  if (user === null) return undefined;
  const { id, name, organisationId } = user;
  return { kind: 'KIND_STAFF', id, name, onBehalfOf: null, organisationId, ...(await findGrants(em, user)) };
}

async function findCustomer(em: SqlEntityManager, token: AccessTokenRow): Promise<Principal | undefined> {
  const customer = await em.findOne(CustomerEntity, { id: token.holderId, deletedAt: null });
  if (customer === null) return undefined;
  const { id, fullName, organisationId, brandId } = customer;
  return {
    kind: 'KIND_CUSTOMER',
    id,
    name: fullName ?? '',
    onBehalfOf: null,
    organisationId,
    brandIds: [brandId],
    grants: [],
  };
}
