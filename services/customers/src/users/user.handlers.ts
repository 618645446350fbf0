import { randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import {
  type CreateUserTokenRequest,
  type IssuedToken,
  type SiteGrant,
  User,
  type UserServiceService,
} from '@lido/proto/lido/customers/v1/user.ts';
import { type FieldErrors, forbidden, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { permissions } from '@lido/runtime/grpc/permissions.ts';
import { may, mayAnywhere, type Principal, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains } from '@lido/runtime/resource/filters.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { AccessTokenEntity } from './token.entity.ts';
import { hashOf } from './token.ts';
import { UserEntity, type UserRow } from './user.entity.ts';

/** Staff users are the organisation's; their grants say where they count. */
export const userSpec: ResourceSpec<UserRow, User> = {
  noun: 'user',
  entity: UserEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: ['name', 'email', 'grants'],
  defaults: { isOwner: false, grants: [] },
  toMessage: (row, { instant }) => ({
    id: row.id,
    organisationId: row.organisationId,
    name: row.name,
    email: row.email,
    isOwner: row.isOwner,
    grants: row.grants,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  }),
  filters: { query: contains<UserRow>('name', 'email') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.customers.user.saved', encode: (message) => User.encode(message).finish() },
  check: async (row, { em }, call) => {
    row.email = row.email.toLowerCase();
    return { ...(await emailErrors(row, em)), ...grantErrors(row.grants, call) };
  },
};

/** Staff and their tokens. */
export const userHandlers = {
  listUsers: list(userSpec),
  createUser: create(userSpec),
  createUserToken: async (request, call) => {
    // Kept out of the transaction's answer, because that is stored for repeats of the request.
    let text = '';
    const issued = await call.transact((transaction) => {
      text = `lido_${randomBytes(32).toString('base64url')}`;
      return issueToken(request, hashOf(text), transaction, call);
    });
    return { ...issued, token: text };
  },
  deleteUserToken: ({ parentId, id }, call) =>
    call.transact(async ({ em }) => {
      await loadManageable(parentId, em, call);
      const token = await em.findOne(AccessTokenEntity, {
        id,
        holderId: parentId,
        kind: 'KIND_STAFF',
        revokedAt: null,
      });
      if (token === null) throw notFound(id);
      token.revokedAt = new Date(call.clock.nowMs());
      return {};
    }),
} satisfies Handlers<typeof UserServiceService>;

async function issueToken(
  { parentId, name, expiresAt }: CreateUserTokenRequest,
  tokenHash: string,
  { em }: Transaction,
  call: Call,
): Promise<IssuedToken> {
  const user = await loadManageable(parentId, em, call);
  const now = new Date(call.clock.nowMs());
  const expiresMs = expiresAt == null ? undefined : parseInstant(expiresAt);
  if (expiresMs !== undefined && expiresMs <= now.getTime())
    throw invalid({ expires_at: ['The expires_at must lie in the future.'] });
  const token = em.create(AccessTokenEntity, {
    id: newUuid(),
    organisationId: user.organisationId,
    kind: 'KIND_STAFF',
    holderId: user.id,
    name,
    tokenHash,
    isBootstrap: false,
    expiresAt: expiresMs === undefined ? null : new Date(expiresMs),
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
  return { id: token.id, userId: user.id, name, token: '', expiresAt, createdAt: formatsIn('UTC').instant(now) };
}

/** A user whose tokens the caller may manage: a token is worth what its user holds, so the caller must hold as much. */
async function loadManageable(id: string, em: SqlEntityManager, call: Call): Promise<UserRow> {
  const { principal, access } = call;
  const user = await em.findOne(UserEntity, { id, organisationId: principal.organisationId, deletedAt: null });
  if (user === null) throw notFound(id);
  if (principal.kind === 'KIND_SERVICE' || (await isOwner(em, principal))) return user;
  if (!mayAnywhere(principal, access.permission) || user.isOwner) throw forbidden(access.permission);
  const missing = missingPermission(user.grants, principal);
  if (missing !== undefined) throw forbidden(missing);
  return user;
}

async function isOwner(em: SqlEntityManager, { id, organisationId }: Principal): Promise<boolean> {
  return (await em.count(UserEntity, { id, organisationId, isOwner: true, deletedAt: null })) > 0;
}

function missingPermission(grants: SiteGrant[], principal: Principal): string | undefined {
  return grants.flatMap(({ siteId, permissions: given }) =>
    given.filter((permission) => !may(principal, permission, siteId)),
  )[0];
}

async function emailErrors(row: UserRow, em: SqlEntityManager): Promise<FieldErrors> {
  const [taken] = await em.execute<unknown[]>(
    'select 1 from users where organisation_id = ? and email = ? and id <> ? and deleted_at is null',
    [row.organisationId, row.email, row.id],
  );
  return taken === undefined ? {} : { email: ['Another user of the organisation has this e-mail address.'] };
}

/** Grants name sites the caller sees and permissions that exist; nobody grants what they do not hold themselves. */
function grantErrors(grants: SiteGrant[], { principal }: Call): FieldErrors {
  const errors: FieldErrors = {};
  const seen = visibleSites(principal);
  for (const [index, { siteId, permissions: given }] of grants.entries()) {
    if (seen !== undefined && !seen.includes(siteId))
      errors[`grants.${index}.site_id`] = [`There is no site ${siteId}.`];
    const unknown = given.find((permission) => !permissions.some((known) => known === permission));
    const path = `grants.${index}.permissions`;
    if (unknown !== undefined)
      errors[path] = [`There is no permission ${unknown}; the permissions are ${permissions.join(', ')}.`];
  }
  if (Object.keys(errors).length > 0) return errors;
  const missing = missingPermission(grants, principal);
  if (missing !== undefined) throw forbidden(missing);
  return errors;
}
