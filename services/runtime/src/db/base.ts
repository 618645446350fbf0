import { p } from '@mikro-orm/core';

/** The columns every row of a tenant has. `version` guards against lost updates; `deletedAt` archives. */
export const baseProperties = {
  id: p.string().primary(),
  organisationId: p.string(),
  createdAt: p.datetime(),
  createdBy: p.string(),
  updatedAt: p.datetime(),
  updatedBy: p.string(),
  version: p.integer().version(),
  deletedAt: p.datetime().nullable(),
} as const;

/** The same columns in SQL, for migrations written by hand. */
export const baseColumns = `
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  created_at timestamptz not null,
  created_by varchar(128) not null,
  updated_at timestamptz not null,
  updated_by varchar(128) not null,
  version int not null default 1,
  deleted_at timestamptz`;

/** What generic functions may rely on in any tenant row. */
export interface BaseRow {
  id: string;
  organisationId: string;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
  deletedAt?: Date | null | undefined;
}
