import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { SiteGrant } from '@lido/proto/lido/customers/v1/user.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A staff user. Owners hold everything everywhere in their organisation; others hold their grants. */
export const UserEntity = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    ...baseProperties,
    name: p.string(),
    email: p.string(),
    isOwner: p.boolean(),
    grants: p.json<SiteGrant[]>(),
  },
});

export type UserRow = InferEntity<typeof UserEntity>;
