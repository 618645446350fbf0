import type { BaseRow } from '@lido/runtime/db/base.ts';
import { type ChildSpec, childrenOf } from '@lido/runtime/resource/children-of.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { AvailabilityRule } from '@lido/proto/lido/availability/v1/offering.ts';
import type { AppointmentPriceRule } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import type { SessionPriceRule } from '@lido/proto/lido/availability/v1/session_type.ts';
import { AvailabilityRuleEntity, type AvailabilityRuleRow, PriceRuleEntity, type PriceRuleRow } from './rule.entity.ts';
import { ruleErrors } from './rule.ts';

const times = ['dateFrom', 'dateTo', 'weekdays', 'timeFrom', 'timeTo'] as const;

/** The availability rules of one kind of parent. */
export function availabilityRulesOf<ParentRow extends BaseRow, ParentMessage>(
  parent: ResourceSpec<ParentRow, ParentMessage>,
) {
  const spec: ChildSpec<AvailabilityRuleRow, AvailabilityRule, ParentRow, ParentMessage> = {
    entity: AvailabilityRuleEntity,
    parent,
    newId: newShopId,
    writable: [...times, 'weekday', 'isAvailable'],
    defaults: { isAvailable: true, weekdays: [] },
    toMessage: toAvailabilityRule,
    check: ruleErrors,
  };
  return childrenOf(spec, 'rule');
}

/** An availability rule as clients see it. */
export function toAvailabilityRule(row: AvailabilityRuleRow): AvailabilityRule {
  return { ...row };
}

/** The price rules of appointment types. */
export function appointmentPriceRulesOf<ParentRow extends BaseRow, ParentMessage>(
  parent: ResourceSpec<ParentRow, ParentMessage>,
) {
  const spec: ChildSpec<PriceRuleRow, AppointmentPriceRule, ParentRow, ParentMessage> = {
    entity: PriceRuleEntity,
    parent,
    newId: newShopId,
    writable: [...times, 'duration', 'price'],
    defaults: { weekdays: [] },
    toMessage: toAppointmentPriceRule,
    check: ruleErrors,
  };
  return childrenOf(spec, 'rule');
}

/** A price rule of an appointment type as clients see it. */
export function toAppointmentPriceRule(row: PriceRuleRow): AppointmentPriceRule {
  return { ...row, appointmentTypeId: row.parentId };
}

/** The price rules of session types, which know no durations. */
export function sessionPriceRulesOf<ParentRow extends BaseRow, ParentMessage>(
  parent: ResourceSpec<ParentRow, ParentMessage>,
) {
  const spec: ChildSpec<PriceRuleRow, SessionPriceRule, ParentRow, ParentMessage> = {
    entity: PriceRuleEntity,
    parent,
    newId: newShopId,
    writable: [...times, 'price'],
    defaults: { weekdays: [] },
    toMessage: toSessionPriceRule,
    check: ruleErrors,
  };
  return childrenOf(spec, 'rule');
}

/** A price rule of a session type as clients see it. */
export function toSessionPriceRule(row: PriceRuleRow): SessionPriceRule {
  return { ...row, sessionTypeId: row.parentId };
}
