import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import type { TokenInfo, TokenInfoServiceService } from '@lido/proto/lido/customers/v1/token_info.ts';
import { notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { findGrants, findPrincipal, findToken, noteUse } from './principal.repository.ts';
import { bearerOf, hashOf } from './token.ts';
import type { AccessTokenRow } from './token.entity.ts';
import { UserEntity, type UserRow } from './user.entity.ts';

/** Who a token stands for, for the gateway. */
export const tokenHandlers = {
  resolveToken: async ({ tokenHash }, call) => {
    const token = await findToken(call.em, tokenHash, call.clock.nowMs());
    const principal = token && (await findPrincipal(call.em, token));
    if (token === undefined || principal === undefined) throw notFound('');
    await noteUse(call.em, token.id);
    return { principal };
  },
} satisfies Handlers<typeof TokenServiceService>;

/** Lets a caller look at their own token. */
export const tokenInfoHandlers = {
  getTokenInfo: async ({ authorization }, call) => {
    const bearer = bearerOf(authorization);
    const token = bearer === undefined ? undefined : await findToken(call.em, hashOf(bearer), call.clock.nowMs());
    const user =
      token?.holderId === call.principal.id &&
      (await call.em.findOne(UserEntity, { id: token.holderId, deletedAt: null }));
    if (!token || !user) throw new Refusal('unauthenticated', 'unauthenticated', 'Please send a valid bearer token.');
    return tokenInfo(call.em, token, user);
  },
} satisfies Handlers<typeof TokenInfoServiceService>;

async function tokenInfo(em: SqlEntityManager, token: AccessTokenRow, user: UserRow): Promise<TokenInfo> {
  const { grants } = await findGrants(em, user);
  return {
    id: token.id,
    name: token.name,
    user: { id: user.id, name: user.name, email: user.email },
    organisationId: user.organisationId,
    sites: grants.map(({ siteId, permissions }) => ({ id: siteId, permissions })),
    expiresAt: inUtc(token.expiresAt),
    lastUsedAt: inUtc(token.lastUsedAt),
  };
}

function inUtc(value: Date | null | undefined): string | null {
  return value ? formatInstant(value.getTime(), 'UTC') : null;
}
