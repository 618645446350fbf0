import type { StoreCheckin } from '@lido/proto/lido/checkin/v1/store_checkin.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';
import type { StoreCheckinRow } from './store-checkin.entity.ts';

/** A check-in as clients of a store see it. */
export function toStoreCheckin(row: StoreCheckinRow): StoreCheckin {
  return {
    id: row.id,
    customerId: row.customerId,
    storeId: row.siteId,
    data: row.data,
    dateCreated: formatUtcMs(row.createdAt.getTime()),
    dateUpdated: formatUtcMs(row.updatedAt.getTime()),
    status: row.endedAt ? 'STORE_CHECKIN_STATUS_ENDED' : 'STORE_CHECKIN_STATUS_ACTIVE',
  };
}

/** A condition on a check-in's column. */
export type StoreCheckinFilter = { readonly customerId: string } | { readonly siteId: string };

/** The conditions of a query such as `c:<customer> s:<store>`, all of which have to hold; undefined when it holds anything else. */
export function filtersOf(query: string): StoreCheckinFilter[] | undefined {
  const filters: StoreCheckinFilter[] = [];
  for (const pair of query.split(' ').filter((text) => text !== '')) {
    const [, key, value = ''] = /^([cs]):(\S+)$/.exec(pair) ?? [];
    if (key === undefined) return undefined;
    filters.push(key === 'c' ? { customerId: value } : { siteId: value });
  }
  return filters;
}
