import type {
  CustomerMarketingPreference,
  CustomerMarketingPreferenceServiceService,
} from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { readCustomer, writeCustomer } from '../customers/customer.repository.ts';
import { setOptedIn, statesOf } from './opt-in.repository.ts';

/** What a customer agreed to, seen and changed by staff. */
export const customerPreferenceHandlers = {
  listCustomerMarketingPreferences: async (request, call) => {
    const states = await statesOf(await readCustomer(request.parentId, call)(call.em), call.em);
    const { page, perPage, offset } = pageOf(request);
    return { data: states.slice(offset, offset + perPage), page: { page, perPage, total: states.length } };
  },
  getCustomerMarketingPreference: async ({ parentId, id }, call) =>
    stateOf(id, await statesOf(await readCustomer(parentId, call)(call.em), call.em)),
  optCustomerIn: ({ parentId, id }, call) =>
    call.transact(async (transaction) => {
      const load = writeCustomer(parentId, call);
      return stateOf(id, await setOptedIn({ load, id, isOptedIn: true }, transaction, call));
    }),
  optCustomerOut: ({ parentId, id }, call) =>
    call.transact(async (transaction) => {
      await setOptedIn({ load: writeCustomer(parentId, call), id, isOptedIn: false }, transaction, call);
      return {};
    }),
} satisfies Handlers<typeof CustomerMarketingPreferenceServiceService>;

function stateOf(id: string, states: CustomerMarketingPreference[]): CustomerMarketingPreference {
  const state = states.find((candidate) => candidate.id === id);
  if (state === undefined) throw notFound(id);
  return state;
}
