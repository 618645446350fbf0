import type { BaseRow } from '@lido/runtime/db/base.ts';
import type { CopyParts } from '@lido/runtime/resource/copy.ts';
import { copyChildren } from '@lido/runtime/resource/copy-children.ts';
import { childList } from '@lido/runtime/resource/child-list.ts';
import { type ChildRows, childrenOf } from '@lido/runtime/resource/children-of.ts';
import type { ChildList, ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { AvailabilityRule } from '@lido/proto/lido/availability/v1/offering.ts';
import type {
  AreaBookingAvailabilityRule,
  AreaBookingPriceRule,
} from '@lido/proto/lido/availability/v1/area_booking_rule.ts';
import type { PackagePriceRule } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { AppointmentPriceRule } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import type { SessionPriceRule } from '@lido/proto/lido/availability/v1/session_type.ts';
import { AvailabilityRuleEntity, type AvailabilityRuleRow, PriceRuleEntity, type PriceRuleRow } from './rule.entity.ts';
import { ruleErrors } from './rule.ts';

const times = ['dateFrom', 'dateTo', 'weekdays', 'timeFrom', 'timeTo'] as const;
type PriceColumn = (typeof times)[number] | 'duration' | 'maxDuration' | 'price';
const availabilityColumns = [...times, 'weekday', 'isAvailable', 'minDuration', 'maxDuration'] as const;

/** How the price rules of one kind of parent look: the columns a client may set, and the message they make. */
export interface PriceRuleShape<Message> {
  writable: readonly (keyof Message & PriceColumn)[];
  toMessage(row: PriceRuleRow): Message;
}

/** The price rules of one kind of parent. */
export function priceRulesOf<ParentRow extends BaseRow, ParentMessage, Message extends object>(
  parent: ResourceSpec<ParentRow, ParentMessage>,
  shape: PriceRuleShape<Message>,
) {
  const rules = { ...priceRuleRows(shape), parent };
  return childrenOf<PriceRuleRow, Message, ParentRow, ParentMessage, 'rule'>(rules, 'rule');
}

/** How the availability rules of one kind of parent look: the columns a client may set, and the message they make. */
export interface AvailabilityRuleShape<Message> {
  writable: readonly (keyof Message & (typeof availabilityColumns)[number])[];
  toMessage(row: AvailabilityRuleRow): Message;
}

/** The availability rules of one kind of parent. */
export function availabilityRulesOf<ParentRow extends BaseRow, ParentMessage, Message extends object>(
  parent: ResourceSpec<ParentRow, ParentMessage>,
  shape: AvailabilityRuleShape<Message>,
) {
  const rules = { ...availabilityRuleRows(shape), parent };
  return childrenOf<AvailabilityRuleRow, Message, ParentRow, ParentMessage, 'rule'>(rules, 'rule');
}

/** The price rules that a parent's own body may carry. */
export function priceRuleList<Message extends object>(shape: PriceRuleShape<Message>): ChildList<BaseRow> {
  return childList('price_rules', 'priceRules', priceRuleRows(shape));
}

function priceRuleRows<Message>({
  writable,
  toMessage,
}: PriceRuleShape<Message>): ChildRows<PriceRuleRow, Message, BaseRow> {
  const defaults = { weekdays: [] };
  return { entity: PriceRuleEntity, newId: newShopId, writable, defaults, toMessage, check: ruleErrors };
}

/** The availability rules that a parent's own body may carry. */
export function availabilityRuleList<Message extends object>(
  shape: AvailabilityRuleShape<Message>,
): ChildList<BaseRow> {
  return childList('availability_rules', 'availabilityRules', availabilityRuleRows(shape));
}

function availabilityRuleRows<Message>({
  writable,
  toMessage,
}: AvailabilityRuleShape<Message>): ChildRows<AvailabilityRuleRow, Message, BaseRow> {
  const defaults = { isAvailable: true, weekdays: [] };
  return { entity: AvailabilityRuleEntity, newId: newShopId, writable, defaults, toMessage, check: ruleErrors };
}

/** Brings a parent's availability rules along to its copy, where they are not in the lists of its body. */
export const copyAvailabilityRules: CopyParts<BaseRow> = async (from, to, { em }, call) => {
  const rules = { entity: AvailabilityRuleEntity, newId: newShopId, writable: availabilityColumns };
  await copyChildren(rules, { from: from.id, to: to.id }, { em, call });
};

/** The availability rules of all that knows no durations of its own. */
export const availabilityRules: AvailabilityRuleShape<AvailabilityRule> = {
  writable: [...times, 'weekday', 'isAvailable'],
  toMessage: (row) => ({ ...row }),
};

/** The availability rules of area booking types, which can be about some durations only. */
export const areaBookingAvailabilityRules: AvailabilityRuleShape<AreaBookingAvailabilityRule> = {
  writable: availabilityColumns,
  toMessage: (row) => ({ ...row }),
};

/** The price rules of appointment types. */
export const appointmentPriceRules: PriceRuleShape<AppointmentPriceRule> = {
  writable: [...times, 'duration', 'price'],
  toMessage: (row) => ({ ...row, appointmentTypeId: row.parentId }),
};

/** The price rules of session types, which know no durations. */
export const sessionPriceRules: PriceRuleShape<SessionPriceRule> = {
  writable: [...times, 'price'],
  toMessage: (row) => ({ ...row, sessionTypeId: row.parentId }),
};

/** The price rules of area booking types: by the minute, up to a duration. */
export const areaBookingPriceRules: PriceRuleShape<AreaBookingPriceRule> = {
  writable: [...times, 'maxDuration', 'price'],
  toMessage: (row) => ({ ...row, areaBookingTypeId: row.parentId }),
};

/** The price rules of packages, which know dates and weekdays only. */
export const packagePriceRules: PriceRuleShape<PackagePriceRule> = {
  writable: ['dateFrom', 'dateTo', 'weekdays', 'price'],
  toMessage: (row) => ({ ...row, packageId: row.parentId }),
};
