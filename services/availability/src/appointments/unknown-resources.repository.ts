import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';

interface Listed {
  organisationId: string;
  practitionerIds: string[];
  roomIds: string[];
  equipmentIds: string[];
}

/** The listed practitioners, rooms and equipment that the organisation does not have: a type must not point at nothing. */
export async function unknownResources(em: SqlEntityManager, listed: Listed): Promise<FieldErrors> {
  const wanted = [
    ...listed.practitionerIds.map((id) => ({ field: 'practitioner_ids', id })),
    ...listed.roomIds.map((id) => ({ field: 'room_ids', id })),
    ...listed.equipmentIds.map((id) => ({ field: 'equipment_ids', id })),
  ];
  if (wanted.length === 0) return {};
  const rows = await em.execute<{ field: string; id: string }[]>(
    `select w.field, w.id from jsonb_to_recordset(?::jsonb) as w(field text, id text)
     where not exists (select from practitioners p where w.field = 'practitioner_ids' and p.id = w.id and p.organisation_id = ? and p.deleted_at is null)
       and not exists (select from rooms r where w.field = 'room_ids' and r.id = w.id and r.organisation_id = ? and r.deleted_at is null)
       and not exists (select from equipment e where w.field = 'equipment_ids' and e.id = w.id and e.organisation_id = ? and e.deleted_at is null)`,
    [JSON.stringify(wanted), listed.organisationId, listed.organisationId, listed.organisationId],
  );
  const errors: FieldErrors = {};
  for (const { field, id } of rows) (errors[field] ??= []).push(`There is no ${id} here.`);
  return errors;
}
