import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BuiltInAction, DedupMode, Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What is done when a trigger fires where it is bound. */
export const ActionEntity = defineEntity({
  name: 'Action',
  tableName: 'actions',
  properties: {
    ...baseProperties,
    name: p.string(),
    description: p.string().nullable(),
    trigger: p.string().$type<Trigger>(),
    url: p.string().nullable(),
    event: p.string().nullable(),
    run: p.string().$type<BuiltInAction>().nullable(),
    input: p.json<Record<string, unknown>>(),
    continueOnFail: p.boolean(),
    dedupMode: p.string().$type<DedupMode>(),
    ownerId: p.string(),
    /** Signs calls; kept as it is, because it has to be used. */
    secret: p.string(),
  },
});

export type ActionRow = InferEntity<typeof ActionEntity>;
