import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';

/** A picture must be one. */
const images = '(select * from media where width is not null)';

/** The tables that fields name rows of. */
const tables = {
  // Archived ones may stand where they stood: they can be restored.
  appointment_type_ids: '(select id, organisation_id, null::timestamptz as deleted_at from appointment_types)',
  avatar_id: images,
  can_offer_tags: 'appointment_tags',
  category_ids: 'categories',
  equipment_ids: 'equipment',
  image_id: images,
  practitioner_ids: 'practitioners',
  room_ids: 'rooms',
  suitable_for_tags: 'appointment_tags',
  tag_ids: 'appointment_tags',
} as const;

/** The ids that a row names, by the field that names them. */
export type References = Partial<Record<keyof typeof tables, readonly (string | null | undefined)[]>>;

/** What an offering of any kind names. */
export function offeringReferences({
  categoryIds,
  imageId,
}: {
  categoryIds: string[];
  imageId?: string | null | undefined;
}): References {
  return { category_ids: categoryIds, image_id: [imageId] };
}

/** What a row names but its organisation does not have, in one query: nothing must point at nothing. */
export async function unknownReferences(
  em: SqlEntityManager,
  organisationId: string,
  references: References,
): Promise<FieldErrors> {
  const named = Object.entries(references)
    .map(([field, ids]) => [field as keyof typeof tables, ids.flatMap((id) => id ?? [])] as const)
    .filter(([, ids]) => ids.length > 0);
  if (named.length === 0) return {};
  const queries = named.map(
    ([field]) => `select '${field}' as field, named.id from jsonb_array_elements_text(?::jsonb) as named(id)
      where not exists (select from ${tables[field]} t where t.id = named.id and t.organisation_id = ? and t.deleted_at is null)`,
  );
  const rows = await em.execute<{ field: string; id: string }[]>(
    queries.join(' union all '),
    named.flatMap(([, ids]) => [JSON.stringify(ids), organisationId]),
  );
  const errors: FieldErrors = {};
  for (const { field, id } of rows) (errors[field] ??= []).push(`There is no ${id} here.`);
  return errors;
}
