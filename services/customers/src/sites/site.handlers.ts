import { Site, type SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { forbidden, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import { exportLimit, exportRows } from '@lido/runtime/events/export.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { mayAnywhere } from '@lido/runtime/grpc/principal.ts';
import { permissions } from '@lido/runtime/grpc/permissions.ts';
import { contains } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { told } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch, update } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { BrandEntity } from '../organisations/organisation.entity.ts';
import { UserEntity } from '../users/user.entity.ts';
import { userSpec } from '../users/user.handlers.ts';
import { siteErrors, toSite } from './site.ts';
import { SiteEntity, type SiteRow } from './site.entity.ts';

const siteSpec: ResourceSpec<SiteRow, Site> = {
  noun: 'site',
  entity: SiteEntity,
  newId: newUuid,
  scope: { of: 'site', sites: (row) => [row.id], where: (siteIds) => ({ id: { $in: siteIds } }) },
  writable: ['name', 'timezone', 'currency', 'locale', 'holdMinutes', 'openingHours', 'openingExceptions'],
  defaults: { openingHours: [], openingExceptions: [] },
  toMessage: toSite,
  filters: { query: contains<SiteRow>('name') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.customers.site.saved', encode: (message) => Site.encode(message).finish() },
  check: async (row) => {
    row.currency = row.currency.toLowerCase();
    row.name = row.name.trim();
    return siteErrors(row);
  },
};

/** The places of an organisation. */
export const siteHandlers = {
  listSites: list(siteSpec),
  getSite: get(siteSpec),
  createSite: (request, call) => call.transact((transaction) => insertSite(request, transaction, call)),
  updateSite: update(siteSpec, 'site'),
} satisfies Handlers<typeof SiteServiceService>;

const exportMax = 500;

/** What other services ask about sites, whoever their caller is. */
export const siteDirectoryHandlers = {
  findSite: async ({ id }, call) => {
    const row = await call.em.findOne(SiteEntity, { id, deletedAt: null });
    if (row === null) throw notFound(id);
    return toSite(row);
  },
  exportSites: async ({ afterId, limit }, call) => {
    const page = { orderBy: { id: 'asc' }, limit: exportLimit(limit, exportMax) } as const;
    const exported = await exportRows(
      call,
      (em) => em.find(SiteEntity, { id: { $gt: afterId }, deletedAt: null }, page),
      (_em, rows) => rows.map(toSite),
    );
    return { sites: exported.map(({ message, version }) => ({ site: message, version })) };
  },
} satisfies Handlers<typeof SiteDirectoryServiceService>;

async function insertSite(request: Site, transaction: Transaction, call: Call): Promise<Site> {
  const { em } = transaction;
  await requireFounder(transaction, call);
  const now = new Date(call.clock.nowMs());
  const row = em.create(SiteEntity, {
    id: siteSpec.newId(),
    organisationId: call.principal.organisationId,
    brandId: await brandFor(request.brandId, transaction, call),
    name: request.name.trim(),
    timezone: request.timezone,
    currency: request.currency.toLowerCase(),
    locale: request.locale,
    holdMinutes: request.holdMinutes,
    openingHours: request.openingHours,
    openingExceptions: request.openingExceptions,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
  const errors = siteErrors(row);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const message = await told(siteSpec, row, transaction, call);
  await grantToCreator(row.id, transaction, call);
  return message;
}

/** An organisation without sites has nowhere to hold a permission at: there its owners may begin. */
async function requireFounder({ em }: Transaction, { principal, access }: Call): Promise<void> {
  if (mayAnywhere(principal, access.permission)) return;
  const { id, organisationId } = principal;
  const owners = await em.count(UserEntity, { id, organisationId, isOwner: true, deletedAt: null });
  if (owners === 0) throw forbidden(access.permission);
}

/** The brand asked for, or the organisation's only one. */
async function brandFor(brandId: string, { em }: Transaction, call: Call): Promise<string> {
  const { organisationId } = call.principal;
  const brands = await em.find(
    BrandEntity,
    { organisationId, deletedAt: null, ...(brandId !== '' && { id: brandId }) },
    { limit: 2 },
  );
  const [brand, another] = brands;
  if (brand === undefined) throw invalid({ brand_id: [`There is no brand ${brandId}.`.replace(' .', '.')] });
  if (another !== undefined)
    throw invalid({ brand_id: ['The organisation has several brands; say which one the site belongs to.'] });
  return brand.id;
}

/** Whoever adds a site may do everything there. */
async function grantToCreator(siteId: string, transaction: Transaction, call: Call): Promise<void> {
  const { id, organisationId, kind } = call.principal;
  if (kind !== 'KIND_STAFF') return;
  const user = await transaction.em.findOne(UserEntity, { id, organisationId, deletedAt: null });
  if (user === null) return;
  user.grants = [...user.grants, { siteId, permissions: [...permissions] }];
  touch(user, call);
  await told(userSpec, user, transaction, call);
}
