import { firstColumns } from '@lido/runtime/resource/create.ts';
import { type CopyParts, writableValues } from '@lido/runtime/resource/copy.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { PractitionerRotaEntity } from './practitioner-rota.entity.ts';

/** Gives a practitioner's copy the rotas of the practitioner, at the copy's sites. */
export const copyRotas: CopyParts<PractitionerRow> = async (from, to, { em }, call) => {
  for (const rota of await em.find(PractitionerRotaEntity, { practitionerId: from.id, deletedAt: null })) {
    const values = writableValues(rota, ['startDate', 'endDate', 'schedulingWeekInterval', 'availabilityRules']);
    const owner = { practitionerId: to.id, siteIds: to.siteIds };
    em.create(PractitionerRotaEntity, { ...values, ...owner, ...firstColumns(call), id: newShopId() } as never);
  }
  await em.flush();
};
