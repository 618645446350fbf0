import type { CustomerMarketingPreference, CustomerMarketingPreferenceServiceService } from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
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
  optCustomerIn: underCustomer(({ parentId, id }, call) => optIn(parentId, id, call)),
  optCustomerOut: underCustomer(async ({ parentId, id }, call) => {
    await call.transact(async () => ({}));
    return {};
  }),
} satisfies Handlers<typeof CustomerMarketingPreferenceServiceService>;
