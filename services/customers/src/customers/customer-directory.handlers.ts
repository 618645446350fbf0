import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { blockedSince } from '../media/medium.ts';
import { findByCode } from '../media/medium.repository.ts';
import { toCustomer } from './customer.ts';
import { CustomerEntity } from './customer.entity.ts';

const utc = formatsIn('UTC');

/** What other services ask about the customers of their caller's organisation. */
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
} satisfies Handlers<typeof CustomerDirectoryServiceService>;
