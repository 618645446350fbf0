import type {
  CreateMembershipTypeRequest,
  MembershipType,
  MembershipTypeChanges,
  Visibility,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { type Formats, stamps } from '@lido/runtime/resource/spec.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import type { RateRow } from '../rates/rate.entity.ts';
import { toRate } from '../rates/rate.ts';
import type { TypeRow } from './type.entity.ts';

/** The columns that a client may set, by their names in the contract. */
export type TypeValues = Pick<
  TypeRow,
  | 'name'
  | 'description'
  | 'terms'
  | 'offlinePayments'
  | 'disableConfirmationEmail'
  | 'defaultDuration'
  | 'minimumStartDate'
  | 'visibility'
  | 'minMembers'
  | 'maxMembers'
  | 'visitLimit'
  | 'revenueSchedule'
>;

/** What a type has that a request leaves out or clears: one calendar year, one member, on the public sign-up. */
export const typeDefaults = {
  offlinePayments: false,
  disableConfirmationEmail: false,
  defaultDuration: 'P1Y',
  visibility: 'VISIBILITY_PUBLIC',
  minMembers: 1,
  maxMembers: 1,
} as const;

/** The columns of a request. `private` is the older word for a visibility; the newer one counts where both are given. */
export function typeValues(request: MembershipTypeChanges | CreateMembershipTypeRequest): Partial<TypeValues> {
  const { minimumStartDate } = request;
  return {
    ...(request.name != null && { name: request.name }),
    description: request.description ?? null,
    terms: request.terms ?? null,
    offlinePayments: request.offlinePayments ?? typeDefaults.offlinePayments,
    disableConfirmationEmail: request.disableConfirmationEmail ?? typeDefaults.disableConfirmationEmail,
    defaultDuration: request.defaultDuration ?? typeDefaults.defaultDuration,
    minimumStartDate: minimumStartDate == null ? null : (dateOf(minimumStartDate) ?? null),
    visibility: visibilityOf(request),
    minMembers: request.minMembers ?? typeDefaults.minMembers,
    maxMembers: request.maxMembers ?? Math.max(typeDefaults.maxMembers, request.minMembers ?? 0),
    visitLimit: request.visitLimit ?? null,
    revenueSchedule: request.revenueSchedule ?? null,
  };
}

/** The names of the columns that a change's body carries. */
export function changedColumns(mask: readonly string[]): string[] {
  return mask.map((name) => (name === 'private' ? 'visibility' : name));
}

/** What is wrong with a type as it would be saved. */
export function typeErrors({ minMembers, maxMembers }: Pick<TypeRow, 'minMembers' | 'maxMembers'>): FieldErrors {
  if (maxMembers >= minMembers) return {};
  return { max_members: [`The max_members must be at least the min_members, which is ${minMembers}.`] };
}

/** The public form of a type with the given ones of its rates. */
export function toType(row: TypeRow, rates: readonly RateRow[], formats: Formats): MembershipType {
  return {
    id: row.id,
    organisationId: row.organisationId,
    brandId: row.brandId,
    name: row.name,
    description: row.description ?? null,
    terms: row.terms ?? null,
    offlinePayments: row.offlinePayments,
    disableConfirmationEmail: row.disableConfirmationEmail,
    defaultDuration: row.defaultDuration,
    minimumStartDate: row.minimumStartDate ?? null,
    private: row.visibility !== 'VISIBILITY_PUBLIC',
    visibility: row.visibility,
    minMembers: row.minMembers,
    maxMembers: row.maxMembers,
    rates: rates.map((rate) => toRate(rate, formats)),
    visitLimit: row.visitLimit ?? null,
    revenueSchedule: row.revenueSchedule ?? null,
    order: row.order,
    ...stamps(row, formats),
  };
}

function visibilityOf({
  visibility,
  private: isPrivate,
}: MembershipTypeChanges | CreateMembershipTypeRequest): Visibility {
  if (visibility !== 'VISIBILITY_UNSPECIFIED') return visibility;
  return isPrivate === true ? 'VISIBILITY_PRIVATE' : typeDefaults.visibility;
}
