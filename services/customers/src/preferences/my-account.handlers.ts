import type { MyAccountServiceService } from '@lido/proto/lido/customers/v1/my_account.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { toCustomer } from '../customers/customer.ts';
import { loadCustomer, setOptedIn, statesOf } from './opt-in.repository.ts';

const loadMyself = (call: Call) => loadCustomer(call.principal.id, call.em, call);

const opt =
  (isOptedIn: boolean) =>
  ({ id }: { id: string }, call: Call) =>
    call.transact(async (transaction) => ({
      data: await setOptedIn({ customerId: call.principal.id, id, isOptedIn }, transaction, call),
    }));

/** What customers who signed in see and change themselves. */
export const myAccountHandlers = {
  getMyAccountDetails: async (_request, call) => toCustomer(await loadMyself(call), formatsIn('UTC')),
  listMyAccountMarketingPreferences: async (_request, call) => ({
    data: await statesOf(await loadMyself(call), call.em),
  }),
  optMyselfIn: opt(true),
  optMyselfOut: opt(false),
} satisfies Handlers<typeof MyAccountServiceService>;
