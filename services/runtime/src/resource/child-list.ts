import type { EntityName } from '@mikro-orm/core';
import type { BaseRow } from '../db/base.ts';
import type { FieldErrors } from '../errors/refusal.ts';
import { type ChildRow, type ChildRows, changeChild, insertChild, liveOf, removeChild } from './children-of.ts';
import { copyChildren } from './copy-children.ts';
import type { ChildList } from './spec.ts';

/**
 * Children under the key of their parent's message that lists them. An entry with the id of one of the parent's children changes that
 * one, every other entry is a new child, and children without an entry are removed.
 */
export function childList<Row extends ChildRow, Message extends object, ParentRow extends BaseRow>(
  field: string,
  key: string,
  spec: ChildRows<Row, Message, ParentRow>,
): ChildList<ParentRow> {
  return {
    field,
    replace: async (parent, message, { em, call }) => {
      const entity = spec.entity as EntityName<Row>;
      const unnamed = new Map(((await em.find(entity, liveOf<Row>(parent.id))) as Row[]).map((row) => [row.id, row]));
      const errors: FieldErrors = {};
      const listed = ((message as Record<string, unknown>)[key] ?? []) as Message[];
      for (const [index, entry] of listed.entries()) {
        const known = unnamed.get((entry as { id?: string }).id ?? '');
        if (known) changeChild(spec, known, { message: entry, mask: spec.writable }, call);
        const row = known ?? insertChild(spec, parent.id, entry, { em, call });
        unnamed.delete(row.id);
        spec.place?.(row, index + 1);
        const found = (await spec.check?.(row, parent, em)) ?? {};
        for (const [name, sentences] of Object.entries(found)) errors[`${field}.${index}.${name}`] = sentences;
      }
      for (const row of unnamed.values()) removeChild(row, call);
      return errors;
    },
    copy: (parents, { em, call }) => copyChildren(spec, parents, { em, call }),
  };
}
