import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { CustomAvailabilityEntity } from './custom-availability.entity.ts';
import { PractitionerRotaEntity } from './practitioner-rota.entity.ts';
import { type WorkingTime, workingTimes } from './working-time.ts';

const plain = { disableIdentityMap: true } as const;

/** When practitioners work from an instant on, with one query per table for all of them. */
export async function workingTimesOf(
  em: SqlEntityManager,
  practitioners: readonly Pick<PractitionerRow, 'id'>[],
  fromMs: number,
): Promise<(practitioner: PractitionerRow) => WorkingTime> {
  const ids = practitioners.map(({ id }) => id);
  const rotas = await em.find(PractitionerRotaEntity, { practitionerId: { $in: ids }, deletedAt: null }, plain);
  const dateTimeTo = { $gt: new Date(fromMs).toISOString() };
  const custom = await em.find(
    CustomAvailabilityEntity,
    { parentId: { $in: ids }, deletedAt: null, dateTimeTo },
    plain,
  );
  return workingTimes(rotas, custom);
}
