import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A condition that a practitioner has to know of before a treatment. */
export const ContraindicationEntity = defineEntity({
  name: 'Contraindication',
  tableName: 'contraindications',
  properties: { ...baseProperties, name: p.string(), description: p.text().nullable() },
});

export type ContraindicationRow = InferEntity<typeof ContraindicationEntity>;

/** That a customer has a condition. Health data: it is in no event, and goes when the customer's data is erased. */
export const CustomerContraindicationEntity = defineEntity({
  name: 'CustomerContraindication',
  tableName: 'customer_contraindications',
  properties: { ...baseProperties, customerId: p.string(), contraindicationId: p.string() },
});
