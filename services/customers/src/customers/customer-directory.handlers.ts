import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import { exportLimit, exportRows } from '@lido/runtime/events/export.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { blockedSince, toBarcode } from '../media/medium.ts';
import { MediumEntity } from '../media/medium.entity.ts';
import { findByCode } from '../media/medium.repository.ts';
import { toCustomer } from './customer.ts';
import { CustomerEntity } from './customer.entity.ts';

const utc = formatsIn('UTC');
const exportMax = 500;

/** What other services ask about the customers of their caller's organisation; exports are of all. */
export const customerDirectoryHandlers = {
  findCustomer: async ({ id }, { em, principal }) => {
    const row = await em.findOne(CustomerEntity, { id, organisationId: principal.organisationId });
    if (row === null) throw notFound(id);
    return toCustomer(row, utc);
  },
  findCustomerByMedium: async ({ value }, { em, principal }) => {
    const found = await findByCode(em, value, principal.organisationId);
    if (found === undefined) return { customerId: null, customer: null, mediumBlockedAt: null };
    const { customer, medium } = found;
    return {
      customerId: customer.id,
      customer: toCustomer(customer, utc),
      mediumBlockedAt: medium ? blockedSince(medium) : null,
    };
  },
  exportCustomers: async ({ afterId, limit }, call) => {
    const page = { orderBy: { id: 'asc' }, limit: exportLimit(limit, exportMax) } as const;
    const exported = await exportRows(
      call,
      (em) => em.find(CustomerEntity, { id: { $gt: afterId } }, page),
      (_em, rows) => rows.map((row) => toCustomer(row, utc)),
    );
    return { customers: exported.map(({ message, version }) => ({ customer: message, version })) };
  },
  exportMedia: async ({ afterId, limit }, call) => {
    const page = { orderBy: { id: 'asc' }, limit: exportLimit(limit, exportMax) } as const;
    const exported = await exportRows(
      call,
      (em) => em.find(MediumEntity, { id: { $gt: afterId } }, page),
      (_em, rows) => rows,
    );
    return {
      media: exported.map(({ message: row, version }) => ({
        medium: toBarcode(row),
        organisationId: row.organisationId,
        version,
        isRemoved: row.deletedAt != null,
      })),
    };
  },
} satisfies Handlers<typeof CustomerDirectoryServiceService>;
