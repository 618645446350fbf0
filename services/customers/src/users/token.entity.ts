import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** Whom a token may stand for: staff, or a customer who signed in. */
export type TokenKind = 'KIND_STAFF' | 'KIND_CUSTOMER';

/** An opaque access token, known by its hash only. `holderId` is the user's or the customer's id. */
export const AccessTokenEntity = defineEntity({
  name: 'AccessToken',
  tableName: 'access_tokens',
  properties: {
    ...baseProperties,
    kind: p.string().$type<TokenKind>(),
    holderId: p.string(),
    name: p.string(),
    tokenHash: p.string(),
    isBootstrap: p.boolean(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
});

export type AccessTokenRow = InferEntity<typeof AccessTokenEntity>;
