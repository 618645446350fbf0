import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A postal address of a customer, the row's parent. */
export const AddressEntity = defineEntity({
  name: 'CustomerAddress',
  tableName: 'customer_addresses',
  properties: {
    ...baseProperties,
    parentId: p.string(),
    name: p.string(),
    addressLine1: p.string().name('address_line_1'),
    addressLine2: p.string().name('address_line_2').nullable(),
    city: p.string().nullable(),
    county: p.string().nullable(),
    country: p.string().nullable(),
    postcode: p.string().nullable(),
  },
});

export type AddressRow = InferEntity<typeof AddressEntity>;
