import type { FilterQuery } from '@mikro-orm/core';
import type { ListCheckInsRequest } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { addDays, dateOf, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import type { VisitRow } from './visit.entity.ts';

export type Bounds = { readonly $gte?: Date; readonly $lte?: Date; readonly $lt?: Date };

/**
 * The conditions of a list. `date_from` and `date_to` match whoever came or went in between, `checked_in_at_*` only whoever
 * came. A date without a time means the whole local day of the zone.
 */
export function filtersOf(request: ListCheckInsRequest, zone: string): FilterQuery<VisitRow>[] {
  const either = boundsOf(request.dateFrom, request.dateTo, zone);
  const arrival = boundsOf(request.checkedInAtFrom, request.checkedInAtTo, zone);
  return [
    ...(request.customerId.length > 0 ? [{ customerId: { $in: request.customerId } }] : []),
    ...(request.methodId ? [{ methodId: request.methodId }] : []),
    ...(request.methodType === 'CHECK_IN_METHOD_TYPE_GANTNER' ? [{ methodType: 'gantner' }] : []),
    ...(either ? [{ $or: [{ checkedInAt: either }, { checkedOutAt: either }] }] : []),
    ...(arrival ? [{ checkedInAt: arrival }] : []),
  ] as FilterQuery<VisitRow>[];
}

/** The instants between two texts; undefined without any. A date without a time means the whole local day of the zone. */
export function boundsOf(
  from: string | null | undefined,
  to: string | null | undefined,
  zone: string,
): Bounds | undefined {
  if (!from && !to) return undefined;
  return { ...(from ? { $gte: beginning(from, zone) } : {}), ...(to ? ending(to, zone) : {}) };
}

function beginning(text: string, zone: string): Date {
  return new Date(parseInstant(text) ?? startOfDay(dateOf(text) ?? text, zone));
}

function ending(text: string, zone: string): Bounds {
  const instantMs = parseInstant(text);
  if (instantMs !== undefined) return { $lte: new Date(instantMs) };
  return { $lt: new Date(startOfDay(addDays(dateOf(text) ?? text, 1), zone)) };
}
