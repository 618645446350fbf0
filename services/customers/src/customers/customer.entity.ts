import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CustomerCheckIn, CustomerLabel } from '@lido/proto/lido/customers/v1/customer.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A guest of a brand. `deletedAt` is the moment their personal data was erased. */
export const CustomerEntity = defineEntity({
  name: 'Customer',
  tableName: 'customers',
  properties: {
    ...baseProperties,
    brandId: p.string(),
    siteId: p.string().nullable(),
    firstName: p.string().nullable(),
    lastName: p.string().nullable(),
    fullName: p.string().nullable(),
    phone: p.string().nullable(),
    email: p.string().nullable(),
    dob: p.date().nullable(),
    passwordHash: p.string().nullable(),
    externalRef: p.string().nullable(),
    guestlineRef: p.string().nullable(),
    preferredLocale: p.string(),
    labelIds: p.array().$type<string[]>(),
    preferenceIds: p.array().$type<string[]>(),
    lastCheckIn: p.json<CustomerCheckIn>().nullable(),
    lockedAt: p.datetime().nullable(),
    /** Since when no door opens for them; a locked profile is another thing. */
    accessBlockedAt: p.datetime().nullable(),
    accessBlockedReason: p.string().nullable(),
    emailVerifiedAt: p.datetime().nullable(),
    lastActiveAt: p.datetime().nullable(),
    /** The live labels among `labelIds`, by value. */
    labels: p
      .json<CustomerLabel[]>()
      .persist(false)
      .formula(
        (columns) =>
          `(select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'value', l.value, 'colour', l.colour) order by l.value), '[]'::jsonb)
            from labels l where l.id = any(${String(columns.labelIds)}) and l.deleted_at is null)`,
      ),
  },
});

export type CustomerRow = InferEntity<typeof CustomerEntity>;
