import type {
  CreateMembershipRateRequest,
  MembershipRate,
  MembershipRateChanges,
} from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import type { InitialRate } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import type { Money } from '@lido/proto/lido/memberships/v1/money.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { type Formats, stamps } from '@lido/runtime/resource/spec.ts';
import { lastDayOf } from '../memberships/billing.ts';
import type { RateRow } from './rate.entity.ts';

/** Processors that may collect a fee only under a mandate the member has given. */
const mandateProcessors: readonly string[] = ['direct_debit', 'bacs_debit', 'sepa_debit', 'gocardless'];

/** Whether a rate's fee can be collected by mandate only: one of its processors needs one, and none does without. */
export function needsMandate({ processors }: Pick<RateRow, 'processors'>): boolean {
  return processors.length > 0 && processors.every((processor) => mandateProcessors.includes(processor));
}

/** What a new rate is made of. */
export type RateValues = Pick<
  RateRow,
  'name' | 'currency' | 'price' | 'joiningFee' | 'billingFrequency' | 'processors' | 'defaultDuration' | 'private'
>;

/** A first rate's values: a price, or a currency and an amount; `Standard`, monthly and public where nothing else is said. Undefined without a price. */
export function initialRateValues(initial: InitialRate): RateValues | undefined {
  const { currency, amount } = initial;
  const price = initial.price ?? (currency != null && amount != null ? { currency, amount } : null);
  if (price === null) return undefined;
  return {
    ...moneyValues(price, initial.joiningFee),
    name: initial.name ?? 'Standard',
    billingFrequency: initial.billingFrequency ?? 'P1M',
    processors: initial.processors,
    defaultDuration: null,
    private: false,
  };
}

/** A rate's values by the request that adds it. */
export function newRateValues(request: CreateMembershipRateRequest): RateValues {
  return {
    ...moneyValues(request.price ?? { currency: '', amount: 0 }, request.joiningFee),
    name: request.name,
    billingFrequency: request.billingFrequency,
    processors: request.processors,
    defaultDuration: request.defaultDuration ?? null,
    private: request.private,
  };
}

/** The changes by the names of the row's columns, with the names of those that change. */
export function changedRateValues(
  changes: MembershipRateChanges,
  mask: readonly string[],
): { values: Partial<RateValues>; mask: string[] } {
  const { price, joiningFee } = changes;
  const values = {
    ...(changes.name != null && { name: changes.name }),
    ...(price !== null && { price: price.amount, currency: price.currency.toUpperCase() }),
    joiningFee: joiningFee?.amount ?? 0,
    private: changes.private ?? false,
    ...(changes.billingFrequency != null && { billingFrequency: changes.billingFrequency }),
    defaultDuration: changes.defaultDuration ?? null,
  };
  const carried = new Set(price === null ? mask : [...mask, 'currency']);
  return { values, mask: [...carried].filter((name) => Object.hasOwn(values, camelCase(name))) };
}

/** What is wrong with a billing frequency: a period lasts a day at least. */
export function frequencyErrors(billingFrequency: string): FieldErrors {
  const someDay = '2026-01-01';
  if (lastDayOf(someDay, billingFrequency) >= someDay) return {};
  return { billing_frequency: ['The billing_frequency must be at least a day, such as P1M.'] };
}

/** What is wrong with a joining fee: it is paid in the currency of the price. */
export function joiningFeeErrors(joiningFee: Money | null, currency: string): FieldErrors {
  if (joiningFee === null || joiningFee.currency.toUpperCase() === currency) return {};
  return { joining_fee: [`The joining_fee must be in ${currency}, the currency of the price.`] };
}

/** What is wrong with a price in another currency beside a joining fee that nobody has said anew: an amount is of its currency. */
export function keptFeeErrors(
  before: Pick<RateRow, 'currency'>,
  { currency, joiningFee }: Pick<RateRow, 'currency' | 'joiningFee'>,
  mask: readonly string[],
): FieldErrors {
  if (currency === before.currency || joiningFee === 0 || mask.includes('joining_fee')) return {};
  return { joining_fee: [`The joining_fee must be sent too, in ${currency}, when the price changes its currency.`] };
}

/** The public form of a rate. */
export function toRate(row: RateRow, formats: Formats): MembershipRate {
  return {
    id: row.id,
    membershipTypeId: row.membershipTypeId,
    name: row.name,
    currency: row.currency,
    price: row.price,
    joiningFee: row.joiningFee,
    billingFrequency: row.billingFrequency,
    processors: row.processors,
    defaultDuration: row.defaultDuration ?? null,
    private: row.private,
    ...stamps(row, formats),
  };
}

function moneyValues(price: Money, joiningFee: Money | null): Pick<RateValues, 'currency' | 'price' | 'joiningFee'> {
  return { currency: price.currency.toUpperCase(), price: price.amount, joiningFee: joiningFee?.amount ?? 0 };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
