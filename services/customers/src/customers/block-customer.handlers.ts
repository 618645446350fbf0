import type { BlockCustomerRequest, Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { told } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import type { CustomerRow } from './customer.entity.ts';
import { customerSpec, writeCustomer } from './customer.repository.ts';

/** Bans a customer from the doors; again keeps the moment and takes the new reason. */
export function blockCustomer({ id, reason }: BlockCustomerRequest, call: Call): Promise<Customer> {
  const accessBlockedReason = reason.trim();
  if (accessBlockedReason === '') throw invalid({ reason: ['The reason field is required.'] });
  return change(id, call, ({ accessBlockedAt }) => ({
    accessBlockedAt: accessBlockedAt ?? new Date(call.clock.nowMs()),
    accessBlockedReason,
  }));
}

/** Lifts a ban; without one nothing changes. */
export function unblockCustomer({ id }: { id: string }, call: Call): Promise<Customer> {
  return change(id, call, () => ({ accessBlockedAt: null, accessBlockedReason: null }));
}

type Ban = Pick<CustomerRow, 'accessBlockedAt' | 'accessBlockedReason'>;

function change(id: string, call: Call, ban: (row: CustomerRow) => Ban): Promise<Customer> {
  return call.transact(async (transaction) => {
    const row = await writeCustomer(id, call)(transaction.em);
    Object.assign(row, ban(row));
    touch(row, call);
    return told(customerSpec, row, transaction, call);
  });
}
