import type { CustomerAddress, CustomerAddressServiceService } from '@lido/proto/lido/customers/v1/customer_address.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { childrenOf } from '@lido/runtime/resource/children-of.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { customerSpec } from '../customers/customer.repository.ts';
import { AddressEntity, type AddressRow } from './address.entity.ts';

const addresses = childrenOf(
  {
    entity: AddressEntity,
    parent: customerSpec,
    newId: newUuid,
    writable: ['name', 'addressLine1', 'addressLine2', 'city', 'county', 'country', 'postcode'],
    isGoneWithParent: true,
    toMessage: (row: AddressRow, { instant }): CustomerAddress => ({
      id: row.id,
      customerId: row.parentId,
      name: row.name,
      addressLine1: row.addressLine1,
      addressLine2: row.addressLine2 ?? null,
      city: row.city ?? null,
      county: row.county ?? null,
      country: row.country ?? null,
      postcode: row.postcode ?? null,
      createdAt: instant(row.createdAt),
      updatedAt: instant(row.updatedAt),
    }),
  },
  'address',
);

/** A customer's addresses. */
export const addressHandlers = {
  listCustomerAddresses: addresses.list,
  createCustomerAddress: addresses.create,
  getCustomerAddress: addresses.get,
  updateCustomerAddress: addresses.update,
  deleteCustomerAddress: addresses.remove,
} satisfies Handlers<typeof CustomerAddressServiceService>;
