import { defineEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A tenant. Its `organisationId` is its own id. */
export const OrganisationEntity = defineEntity({
  name: 'Organisation',
  tableName: 'organisations',
  properties: { ...baseProperties, name: p.string() },
});

/** What customers and membership types belong to: one or more sites under one name. */
export const BrandEntity = defineEntity({
  name: 'Brand',
  tableName: 'brands',
  properties: { ...baseProperties, name: p.string() },
});
