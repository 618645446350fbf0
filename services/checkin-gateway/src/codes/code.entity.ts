import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { InstantText } from '@lido/runtime/db/instant-text.ts';

/** Something that people scan. */
export const CodeEntity = defineEntity({
  name: 'Code',
  tableName: 'codes',
  properties: {
    ...baseProperties,
    value: p.string(),
    name: p.string(),
    description: p.string().nullable(),
    data: p.json<Record<string, unknown>>(),
    expiresAt: p.type(InstantText).$type<string>().nullable(),
    ownerId: p.string().nullable(),
  },
});

export type CodeRow = InferEntity<typeof CodeEntity>;
