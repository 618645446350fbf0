import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A word that staff put on customers. */
export const LabelEntity = defineEntity({
  name: 'Label',
  tableName: 'labels',
  properties: { ...baseProperties, value: p.string(), colour: p.string() },
});

export type LabelRow = InferEntity<typeof LabelEntity>;
