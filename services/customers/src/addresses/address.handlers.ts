import type { CustomerAddress, CustomerAddressServiceService } from '@lido/proto/lido/customers/v1/customer_address.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { rulesOf } from '@lido/runtime/resource/rules-of.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { underCustomer } from '../customers/brand.repository.ts';
import { customerSpec } from '../customers/customer.handlers.ts';
import { AddressEntity, type AddressRow } from './address.entity.ts';

const { instant } = formatsIn('UTC');

const addresses = rulesOf({
  entity: AddressEntity,
  parent: customerSpec,
  newId: newUuid,
  writable: ['name', 'addressLine1', 'addressLine2', 'city', 'county', 'country', 'postcode'],
  toMessage: (row: AddressRow): CustomerAddress => ({
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
});

/** A customer's addresses. They are few, so a page is cut out of all. */
export const addressHandlers = {
  listCustomerAddresses: underCustomer(async (request, call) => {
    const { data } = await addresses.list(request, call);
    const { page, perPage, offset } = pageOf(request);
    return { data: data.slice(offset, offset + perPage), page: { page, perPage, total: data.length } };
  }),
  createCustomerAddress: underCustomer(addresses.create),
  getCustomerAddress: underCustomer(addresses.get),
  updateCustomerAddress: underCustomer(addresses.update),
  deleteCustomerAddress: underCustomer(addresses.remove),
} satisfies Handlers<typeof CustomerAddressServiceService>;
