import { type CopyParts, writableValues } from '@lido/runtime/resource/copy.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { PractitionerRotaEntity } from '../rotas/practitioner-rota.entity.ts';
import type { PractitionerRow } from './practitioner.entity.ts';

/** Gives a practitioner's copy their rotas, at the copy's sites. Exceptions of single dates stay with whom they are about. */
export const copyParts: CopyParts<PractitionerRow> = async (from, to, { em }, call) => {
  for (const rota of await em.find(PractitionerRotaEntity, { practitionerId: from.id, deletedAt: null })) {
    const values = writableValues(rota, ['startDate', 'endDate', 'schedulingWeekInterval', 'availabilityRules']);
    const owner = { practitionerId: to.id, siteIds: to.siteIds };
    em.create(PractitionerRotaEntity, { ...values, ...owner, ...firstColumns(call), id: newShopId() } as never);
  }
  await em.flush();
};
