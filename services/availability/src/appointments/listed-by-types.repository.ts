import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '@lido/runtime/db/base.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';
import { modelChanged } from '../sites/site-version.repository.ts';

/** The lists of appointment types that need nothing of a kind where they are empty. */
const lists = {
  practitioner_ids: { noun: 'practitioner', reason: 'last_practitioner' },
  room_ids: { noun: 'room', reason: 'last_room' },
} as const;

type List = keyof typeof lists;

/** An appointment type whose list became empty would need none at all; so the last one of a type stays. */
export function refuseAsLastOfType(list: List): RefuseWhileNeeded<BaseRow> {
  return async ({ id }, { em }) => {
    const rows = await em.execute<{ name: string }[]>(
      `select name from appointment_types where ${list} <> '{}' and ${list} <@ array[?]::text[] and deleted_at is null order by name limit 3`,
      [id],
    );
    if (rows.length === 0) return;
    const { noun, reason } = lists[list];
    const names = rows.map(({ name }) => name).join(', ');
    throw stateConflict(reason, `This is the only ${noun} of ${names}. Please choose another one there first.`);
  };
}

/** Takes what was removed off the appointment types that list others too. */
export async function detachFromTypes(em: SqlEntityManager, list: List, id: string): Promise<void> {
  const rows = await em.execute<{ site_ids: string[] }[]>(
    `update appointment_types set ${list} = array_remove(${list}, ?), version = version + 1
     where ? = any(${list}) and not ${list} <@ array[?]::text[] returning site_ids`,
    [id, id, id],
  );
  if (rows.length > 0) await modelChanged(em, [...new Set(rows.flatMap((row) => row.site_ids))]);
}
