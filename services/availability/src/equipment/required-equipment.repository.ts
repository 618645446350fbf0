import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';
import type { EquipmentRow } from './equipment.entity.ts';

/** An appointment type that needs equipment which is gone could never be booked again; so what one needs stays. */
export const refuseWhileRequired: RefuseWhileNeeded<EquipmentRow> = async ({ id }, { em }) => {
  const rows = await em.execute<{ name: string }[]>(
    'select name from appointment_types where ? = any(equipment_ids) and deleted_at is null order by name limit 3',
    [id],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw stateConflict('still_in_use', `${names} can not be given without this. Please take it off there first.`);
};
