import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type {
  Barcode,
  BarcodeServiceService,
  CreateCustomerBarcodeRequest,
} from '@lido/proto/lido/customers/v1/barcode.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { visibleBrands, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { requirePermission } from '@lido/runtime/resource/scope.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { toCustomer } from '../customers/customer.ts';
import { customerSpec, readCustomer, writeCustomer } from '../customers/customer.repository.ts';
import { MediumEntity, type MediumRow } from './medium.entity.ts';
import { blockedSince, mediumErrors, mediumValue, toBarcode } from './medium.ts';
import { findByCode, removeMedium, tellMedium } from './medium.repository.ts';

/** What customers carry. Memberships are asked of their own service. */
export function mediumHandlers(entitlements: Peer<typeof EntitlementServiceService>) {
  return {
    listCustomerBarcodes: async ({ parentId }, call) => {
      const { id: customerId } = await readCustomer(parentId, call)(call.em);
      const rows = await call.em.find(
        MediumEntity,
        { customerId, deletedAt: null },
        { orderBy: { createdAt: 'desc', id: 'desc' } },
      );
      return { data: rows.map(toBarcode) };
    },
    createCustomerBarcode: (request, call) => call.transact((transaction) => insertMedium(request, transaction, call)),
    deleteCustomerBarcode: (request, call) =>
      call.transact(async (transaction) => {
        await removeMedium(await loadMedium(request, transaction, call), transaction, call);
        return {};
      }),
    blockCustomerBarcode: (request, call) =>
      changeBlock(request, call, ({ blockedAt }) => ({
        blockedAt: blockedAt ?? new Date(call.clock.nowMs()),
        blockedReason: request.reason?.trim() || null,
      })),
    unblockCustomerBarcode: (request, call) =>
      changeBlock(request, call, () => ({ blockedAt: null, blockedReason: null })),
    getCustomerByBarcode: async ({ code, siteId }, call) => {
      if (visibleSites(call.principal)?.includes(siteId) === false) throw notFound(siteId);
      const found = await findByCode(call.em, code, call.principal.organisationId);
      if (!found || visibleBrands(call.principal)?.includes(found.customer.brandId) === false) throw notFound(code);
      const { customer: row, medium } = found;
      requirePermission(customerSpec.scope, row, call, 'read');
      const { memberships } = await entitlements.findMemberships({ customerId: row.id }, call);
      const atSite = memberships.filter((membership) => membership.siteId === siteId);
      return {
        ...toCustomer(row, formatsIn('UTC')),
        mediumBlockedAt: medium ? blockedSince(medium) : null,
        memberships: atSite.map(({ membershipId, ...membership }) => ({ id: membershipId, ...membership })),
      };
    },
  } satisfies Handlers<typeof BarcodeServiceService>;
}

async function insertMedium(
  request: CreateCustomerBarcodeRequest,
  transaction: Transaction,
  call: Call,
): Promise<Barcode> {
  const { em } = transaction;
  const { id: customerId, organisationId } = await writeCustomer(request.parentId, call)(em);
  const given = request.barcode == null ? (request.data ?? request) : request;
  const kind = given.kind === 'MEDIUM_KIND_UNSPECIFIED' ? 'MEDIUM_KIND_BARCODE' : given.kind;
  const value = mediumValue(kind, given.barcode ?? '');
  const errors = mediumErrors(kind, value);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const taken = await em.count(MediumEntity, { organisationId, value, deletedAt: null });
  if (taken > 0) throw invalid({ barcode: ['This barcode is linked to a customer already.'] });
  const now = new Date(call.clock.nowMs());
  const row = em.create(MediumEntity, {
    id: newUuid(),
    organisationId,
    customerId,
    kind,
    value,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
  return tellMedium(row, transaction);
}

interface Named {
  parentId: string;
  id: string;
}

async function loadMedium({ parentId, id }: Named, { em }: Transaction, call: Call): Promise<MediumRow> {
  const { id: customerId } = await writeCustomer(parentId, call)(em);
  const row = await em.findOne(MediumEntity, { id, customerId, deletedAt: null });
  if (row === null) throw notFound(id);
  return row;
}

type Block = Pick<MediumRow, 'blockedAt' | 'blockedReason'>;

function changeBlock(named: Named, call: Call, block: (row: MediumRow) => Block): Promise<Barcode> {
  return call.transact(async (transaction) => {
    const row = await loadMedium(named, transaction, call);
    Object.assign(row, block(row));
    touch(row, call);
    return tellMedium(row, transaction);
  });
}
