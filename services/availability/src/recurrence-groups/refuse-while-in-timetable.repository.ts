import type { BaseRow } from '@lido/runtime/db/base.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';

const nouns = { practitioner_id: 'practitioner', room_id: 'room' } as const;

/** Keeps whom or what timetables that go on will name in sessions of days to come. */
export function refuseWhileInTimetable(column: keyof typeof nouns): RefuseWhileNeeded<BaseRow> {
  return async ({ id }, { em }) => {
    const rows = await em.execute<{ name: string }[]>(
      `select distinct t.name from recurrence_groups g join session_types t on t.id = g.session_type_id
       where g.${column} = ? and g.deleted_at is null and (g.recurrence_end is null or g.recurrence_end > g.generated_until)
       order by name limit 3`,
      [id],
    );
    if (rows.length === 0) return;
    const names = rows.map(({ name }) => name).join(', ');
    throw stateConflict(
      'in_timetable',
      `Timetables of ${names} go on with this ${nouns[column]}. Please change them first.`,
    );
  };
}
