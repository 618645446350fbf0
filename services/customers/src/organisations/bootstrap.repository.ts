import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@lido/runtime/db/database.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { AccessTokenEntity } from '../users/token.entity.ts';
import { hashOf } from '../users/token.ts';
import { UserEntity, type UserRow } from '../users/user.entity.ts';
import { BrandEntity, OrganisationEntity } from './organisation.entity.ts';

export interface Bootstrap {
  /** Absent when the operator gave none: then the token of earlier starts no longer works. */
  token: string | undefined;
  organisationName: string;
}

const actor = 'service:customers';

/**
 * Makes the first token resolve to the owner. An empty database gets its organisation, brand and owner before.
 * Several replicas may start at once: the lock lets one after the other look.
 */
export async function bootstrap(db: Database, { token, organisationName }: Bootstrap, nowMs: number): Promise<void> {
  await db.transaction(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(hashtextextended('customers bootstrap', 0))`);
    const hash = token === undefined ? '' : hashOf(token);
    const now = new Date(nowMs);
    await em.nativeUpdate(
      AccessTokenEntity,
      { isBootstrap: true, tokenHash: { $ne: hash }, revokedAt: null },
      { revokedAt: now },
    );
    if (token === undefined) return;
    const isKnown = await em.nativeUpdate(
      AccessTokenEntity,
      { tokenHash: hash, isBootstrap: true },
      { revokedAt: null },
    );
    if (isKnown > 0) return;
    const owner = (await findOwner(em)) ?? insertTenant(em, organisationName, now);
    em.create(AccessTokenEntity, {
      ...stamped(owner.organisationId, now),
      kind: 'KIND_STAFF',
      holderId: owner.id,
      name: 'Bootstrap token',
      tokenHash: hash,
      isBootstrap: true,
    });
  });
}

async function findOwner(em: SqlEntityManager): Promise<UserRow | undefined> {
  const [owner] = await em.find(
    UserEntity,
    { isOwner: true, deletedAt: null },
    { orderBy: { createdAt: 'asc' }, limit: 1 },
  );
  return owner;
}

function insertTenant(em: SqlEntityManager, name: string, now: Date): UserRow {
  const organisationId = newUuid();
  em.create(OrganisationEntity, { ...stamped(organisationId, now), id: organisationId, name });
  em.create(BrandEntity, { ...stamped(organisationId, now), name });
  return em.create(UserEntity, {
    ...stamped(organisationId, now),
    name: 'Owner',
    email: 'owner@localhost',
    isOwner: true,
    grants: [],
  });
}

function stamped(organisationId: string, now: Date) {
  return { id: newUuid(), organisationId, createdAt: now, createdBy: actor, updatedAt: now, updatedBy: actor };
}
