import type { FilterQuery } from '@mikro-orm/core';
import type {
  ListBlockedTimesRequest,
  ListBlockedTimesResponse,
} from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { visibleSites } from '@lido/runtime/grpc/principal.ts';
import { asked, listWhere } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import { dateOnly } from '../offerings/rule.ts';
import type { BlockedTimeRow } from './blocked-time.entity.ts';
import { blockedTimes } from './blocked-time.repository.ts';

/** Lists the blocked times that touch the dates, both included, each site's in its own time zone. */
export async function listBlockedTimes(
  request: ListBlockedTimesRequest,
  call: Call,
): Promise<ListBlockedTimesResponse> {
  const [dateFrom, dateTo] = [dateOnly(request.dateFrom) ?? '', dateOnly(request.dateTo) ?? ''];
  if (dateTo < dateFrom) throw invalid({ date_to: ['The last date must not be before the first.'] });
  const isOpen = listable(blockedTimes.scope, call, asked(request.siteId));
  const siteIds = asked(request.siteId) ?? visibleSites(call.principal) ?? [];
  const zones = await zonesOf(call.em, siteIds);
  const touching = siteIds.map((siteId) => {
    const zone = zones.get(siteId) ?? 'UTC';
    const [from, to] = [startOfDay(dateFrom, zone), startOfDay(addDays(dateTo, 1), zone)];
    return { siteId, startTime: { $lt: new Date(to).toISOString() }, endTime: { $gt: new Date(from).toISOString() } };
  });
  const none = { id: { $in: [] } };
  const where = { $and: [isOpen, touching.length > 0 ? { $or: touching } : none] } as FilterQuery<BlockedTimeRow>;
  return listWhere(blockedTimes, where, request, call);
}
