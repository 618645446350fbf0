import type { MyAccountServiceService } from '@lido/proto/lido/customers/v1/my_account.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { toCustomer } from '../customers/customer.ts';
import { loadMyself } from '../customers/customer.repository.ts';
import { setOptedIn, statesOf } from './opt-in.repository.ts';

const opt =
  (isOptedIn: boolean) =>
  ({ id }: { id: string }, call: Call) =>
    call.transact(async (transaction) => ({
      data: await setOptedIn({ load: loadMyself(call), id, isOptedIn }, transaction, call),
    }));

/** What customers who signed in see and change themselves. */
export const myAccountHandlers = {
  getMyAccountDetails: async (_request, call) => toCustomer(await loadMyself(call)(call.em), formatsIn('UTC')),
  listMyAccountMarketingPreferences: async (_request, call) => ({
    data: await statesOf(await loadMyself(call)(call.em), call.em),
  }),
  optMyselfIn: opt(true),
  optMyselfOut: opt(false),
} satisfies Handlers<typeof MyAccountServiceService>;
