import type {
  CustomerMarketingPreference,
  CustomerMarketingPreferenceServiceService,
} from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { underCustomer } from '../customers/brand.repository.ts';
import { loadCustomer, setOptedIn, statesOf } from './opt-in.repository.ts';

/** What a customer agreed to, seen and changed by staff. */
export const customerPreferenceHandlers = {
  listCustomerMarketingPreferences: underCustomer(async (request, call) => {
    const states = await statesOf(await loadCustomer(request.parentId, call.em, call), call.em);
    const { page, perPage, offset } = pageOf(request);
    return { data: states.slice(offset, offset + perPage), page: { page, perPage, total: states.length } };
  }),
  getCustomerMarketingPreference: underCustomer(async ({ parentId, id }, call) =>
    stateOf(id, await statesOf(await loadCustomer(parentId, call.em, call), call.em)),
  ),
  optCustomerIn: underCustomer(({ parentId: customerId, id }, call) =>
    call.transact(async (transaction) =>
      stateOf(id, await setOptedIn({ customerId, id, isOptedIn: true }, transaction, call)),
    ),
  ),
  optCustomerOut: underCustomer(({ parentId: customerId, id }, call) =>
    call.transact(async (transaction) => {
      await setOptedIn({ customerId, id, isOptedIn: false }, transaction, call);
      return {};
    }),
  ),
} satisfies Handlers<typeof CustomerMarketingPreferenceServiceService>;

function stateOf(id: string, states: CustomerMarketingPreference[]): CustomerMarketingPreference {
  const state = states.find((candidate) => candidate.id === id);
  if (state === undefined) throw notFound(id);
  return state;
}
