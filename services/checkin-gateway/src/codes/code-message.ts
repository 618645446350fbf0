import type { Code } from '@lido/proto/lido/checkin/v1/code.ts';
import { idOfActor } from '@lido/runtime/tenancy/actor.ts';
import type { Formats } from '@lido/runtime/resource/spec.ts';
import type { CodeRow } from './code.entity.ts';

/** A code as clients see it. */
export function toCode(row: CodeRow, { instant }: Formats): Code {
  return {
    ...{ id: row.id, value: row.value, name: row.name, data: row.data, createdBy: idOfActor(row.createdBy) },
    ...{ description: row.description ?? null, ownerId: row.ownerId ?? null },
    expiresAt: row.expiresAt ? instant(new Date(row.expiresAt)) : null,
    ...{ createdAt: instant(row.createdAt), updatedAt: instant(row.updatedAt) },
  };
}
