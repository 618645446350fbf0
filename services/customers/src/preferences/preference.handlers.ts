import {
  MarketingPreference,
  type MarketingPreferenceServiceService,
} from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { formatsIn, loadVisible, told } from '@lido/runtime/resource/load.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { touch, update } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { requireOwnOrganisation } from '../organisations/own-organisation.ts';
import { PreferenceEntity, type PreferenceRow } from './preference.entity.ts';

const utc = formatsIn('UTC');

const preferenceSpec: ResourceSpec<PreferenceRow, MarketingPreference> = {
  noun: 'marketing preference',
  entity: PreferenceEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: ['text', 'siteId'],
  toMessage: (row, formats) => {
    const { createdAt, updatedAt } = stamps(row, formats);
    return {
      id: row.id,
      organisationId: row.organisationId,
      text: row.text,
      siteId: row.siteId ?? null,
      createdAt,
      updatedAt,
    };
  },
  filters: {},
  orderBy: { text: 'asc' },
  event: {
    saved: 'lido.customers.marketing_preference.saved',
    encode: (message) => MarketingPreference.encode(message).finish(),
  },
  check: async ({ siteId, organisationId }, { em }) => {
    if (siteId == null) return {};
    const sql = 'select 1 from sites where id = ? and organisation_id = ? and deleted_at is null';
    const [site] = await em.execute<unknown[]>(sql, [siteId, organisationId]);
    return site === undefined ? { site_id: [`There is no site ${siteId}.`] } : {};
  },
};

const insertPreference = create(preferenceSpec);
const byText = { text: 'asc', id: 'asc' } as const;

/** An organisation's marketing preferences. They are few; lists answer all. */
export const preferenceHandlers = {
  listPublicMarketingPreferences: async ({ organisationId }, { em }) => {
    const rows = await em.find(PreferenceEntity, { organisationId, deletedAt: null }, { orderBy: byText });
    return { data: rows.map((row) => preferenceSpec.toMessage(row, utc)) };
  },
  listMarketingPreferences: async ({ organisationId }, call) => {
    if (organisationId && organisationId !== call.principal.organisationId) throw notFound(organisationId);
    const where = { $and: [{ deletedAt: null }, listable(preferenceSpec.scope, call, undefined)] };
    const rows = await call.em.find(PreferenceEntity, where, { orderBy: byText });
    return { data: rows.map((row) => preferenceSpec.toMessage(row, utc)) };
  },
  createMarketingPreference: async (request, call) => {
    requireOwnOrganisation(request.organisationId, call.principal.organisationId);
    return insertPreference(request, call);
  },
  getMarketingPreference: get(preferenceSpec),
  updateMarketingPreference: update(preferenceSpec, 'preference'),
  deleteMarketingPreference: ({ id }, call) =>
    call.transact(async (transaction) => {
      const row = await loadVisible(preferenceSpec, id, call, { em: transaction.em, use: 'write' });
      row.deletedAt = new Date(call.clock.nowMs());
      touch(row, call);
      await told(preferenceSpec, row, transaction, call);
      await transaction.em.execute(
        'update customers set preference_ids = array_remove(preference_ids, ?) where organisation_id = ? and preference_ids @> array[?]::varchar[]',
        [id, row.organisationId, id],
        'run',
      );
      return {};
    }),
} satisfies Handlers<typeof MarketingPreferenceServiceService>;
