import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { PreferenceEntity } from './preference.entity.ts';

/** The given ids without repeats, all of preferences that the caller's organisation has. */
export async function knownPreferences(ids: string[], em: SqlEntityManager, call: Call): Promise<string[]> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return [];
  const where = { id: { $in: asked }, organisationId: call.principal.organisationId, deletedAt: null };
  const known = new Set((await em.find(PreferenceEntity, where)).map(({ id }) => id));
  const unknown = asked.filter((id) => !known.has(id));
  if (unknown.length === 0) return asked;
  throw invalid({ marketing_preference_ids: unknown.map((id) => `There is no marketing preference ${id}.`) });
}
