import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Formats } from '@lido/runtime/resource/spec.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import type { CustomerRow } from './customer.entity.ts';

/** The languages that guests can be written to in. */
export const supportedLocales = [
  'ar',
  'cy',
  'da',
  'de',
  'el',
  'en',
  'es',
  'fi',
  'fr',
  'it',
  'nl',
  'no',
  'pl',
  'pt',
  'sv',
] as const;

/** The personal details as a client sends them. */
export interface Details {
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  dob?: string | null | undefined;
  externalRef?: string | null | undefined;
  guestlineRef?: string | null | undefined;
  preferredLocale?: string | null | undefined;
}

/** Details as they are kept: trimmed, e-mail in lower case, phone without separators, date of birth as a date; empty texts are null. */
export function cleanDetails(given: Details) {
  return {
    firstName: textOf(given.firstName),
    lastName: textOf(given.lastName),
    phone: textOf(given.phone)?.replace(/[\s().\-/]/g, '') ?? null,
    email: textOf(given.email)?.toLowerCase() ?? null,
    dob: given.dob == null ? null : (dateOf(given.dob) ?? null),
    externalRef: textOf(given.externalRef),
    guestlineRef: textOf(given.guestlineRef),
    preferredLocale: textOf(given.preferredLocale),
  };
}

/** First and last name as one text; null without either. */
export function fullNameOf({ firstName, lastName }: Details): string | null {
  return textOf([firstName, lastName].filter((name) => name != null).join(' '));
}

/** What is wrong with a customer as they would be saved: an e-mail address or both names are needed (the reference's CreateCustomerRequest). */
export function detailErrors({ firstName, lastName, email, phone, preferredLocale }: Details): FieldErrors {
  const errors: FieldErrors = {};
  const isNamed = firstName != null && lastName != null;
  if (email == null && !isNamed)
    errors.email = ['Either an e-mail address or both a first and a last name are needed.'];
  if (phone != null && !/^\+?[0-9]{3,20}$/.test(phone))
    errors.phone = ['The phone must be a number such as +447900000000.'];
  if (!supportedLocales.some((locale) => locale === preferredLocale)) {
    errors.preferred_locale = [`The preferred_locale must be one of ${supportedLocales.join(', ')}.`];
  }
  return errors;
}

/** The details of somebody whose data was erased. */
export const erasedDetails = {
  firstName: null,
  lastName: null,
  fullName: null,
  phone: null,
  email: null,
  dob: null,
  passwordHash: null,
  externalRef: null,
  guestlineRef: null,
  labelIds: [] as string[],
  preferenceIds: [] as string[],
  lastCheckIn: null,
  lockedAt: null,
  accessBlockedAt: null,
  accessBlockedReason: null,
  emailVerifiedAt: null,
  lastActiveAt: null,
};

/** The public form of a customer. What other systems would fill (payment accounts, a picture) is null. */
export function toCustomer(row: CustomerRow, { instant }: Formats): Customer {
  const instantOrNull = (value: Date | null | undefined): string | null => (value ? instant(value) : null);
  return {
    id: row.id,
    organisationId: row.organisationId,
    brandId: row.brandId,
    siteId: row.siteId ?? null,
    firstName: row.firstName ?? null,
    lastName: row.lastName ?? null,
    fullName: row.fullName ?? null,
    phone: row.phone ?? null,
    email: row.email ?? null,
    dob: row.dob ?? null,
    hasPassword: row.passwordHash != null,
    externalRef: row.externalRef ?? null,
    guestlineRef: row.guestlineRef ?? null,
    preferredLocale: row.preferredLocale,
    stripeId: null,
    expressStripeId: null,
    labels: row.labels ?? [],
    lastCheckIn: row.lastCheckIn ?? null,
    avatarId: null,
    avatar: null,
    lockedAt: instantOrNull(row.lockedAt),
    emailVerifiedAt: instantOrNull(row.emailVerifiedAt),
    lastActiveAt: instantOrNull(row.lastActiveAt),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
    deletedAt: instantOrNull(row.deletedAt),
    accessBlockedAt: instantOrNull(row.accessBlockedAt),
    accessBlockedReason: row.accessBlockedReason ?? null,
  };
}

function textOf(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
