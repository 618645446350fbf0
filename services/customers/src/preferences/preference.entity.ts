import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What customers can agree to be written to about. With a site it is offered to those who sign up there only. */
export const PreferenceEntity = defineEntity({
  name: 'MarketingPreference',
  tableName: 'marketing_preferences',
  properties: { ...baseProperties, text: p.string(), siteId: p.string().nullable() },
});

export type PreferenceRow = InferEntity<typeof PreferenceEntity>;
