import type { MembershipBilling, MembershipServiceService } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { RateEntity, type RateRow } from '../rates/rate.entity.ts';
import { type Billing, billingFrom } from './billing.ts';
import { loadMembership } from './membership.repository.ts';

type BillingRpcs = Pick<
  typeof MembershipServiceService,
  'getMembershipNextBilling' | 'getMembershipSubsequentBilling' | 'getMembershipSubsequentBillingDate'
>;

/** What a membership's billing will be. Reserved, cancelled and offline ones have none ahead. */
export const billingHandlers = {
  getMembershipNextBilling: async ({ id }, call) => {
    const { next, rate } = await billingsOf(id, call);
    return toBilling(next, rate);
  },
  getMembershipSubsequentBilling: async ({ id }, call) => {
    const { subsequent, rate } = await billingsOf(id, call);
    return toBilling(subsequent, rate);
  },
  getMembershipSubsequentBillingDate: async ({ id }, call) => ({
    data: (await billingsOf(id, call)).subsequent?.date ?? null,
  }),
} satisfies Handlers<BillingRpcs>;

interface Billings {
  next: Billing | undefined;
  subsequent: Billing | undefined;
  rate: RateRow;
}

async function billingsOf(id: string, call: Call): Promise<Billings> {
  const row = await loadMembership(id, call.em, { call, use: 'read' });
  const rate = await call.em.findOneOrFail(RateEntity, { id: row.membershipRateId });
  const { nextBillingDate } = row;
  const next = nextBillingDate == null ? undefined : billingFrom(row, rate.billingFrequency, nextBillingDate);
  return { next, subsequent: next && billingFrom(row, rate.billingFrequency, addDays(next.date, 1)), rate };
}

function toBilling(billing: Billing | undefined, { price, currency }: RateRow): MembershipBilling {
  if (billing === undefined)
    return { date: null, amount: null, currency, billingPeriodFrom: null, billingPeriodTo: null };
  const { date, periodTo } = billing;
  return { date, amount: price, currency, billingPeriodFrom: date, billingPeriodTo: periodTo };
}
