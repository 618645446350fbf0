import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RotaRule } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const PractitionerRotaEntity = defineEntity({
  name: 'PractitionerRota',
  tableName: 'practitioner_rotas',
  properties: {
    ...baseProperties,
    practitionerId: p.string(),
    siteIds: p.array(),
    startDate: p.string().nullable(),
    endDate: p.string().nullable(),
    schedulingWeekInterval: p.integer(),
    availabilityRules: p.json<RotaRule[]>(),
  },
});

export type PractitionerRotaRow = InferEntity<typeof PractitionerRotaEntity>;
