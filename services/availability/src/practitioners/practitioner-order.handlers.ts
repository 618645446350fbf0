import { type QueryOrderMap, raw } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  ListPractitionerOrderRequest,
  ListPractitionersRequest,
  Practitioner,
  PractitionerOrder,
  UpdatePractitionerOrderRequest,
} from '@lido/proto/lido/availability/v1/practitioner.ts';
import { seenInBody } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { type ListResponse, list } from '@lido/runtime/resource/list.ts';
import { toMessages } from '@lido/runtime/resource/load.ts';
import { reordered } from '@lido/runtime/resource/reorder.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { textArray } from '../claims/claim.repository.ts';
import { PractitionerEntity, type PractitionerRow } from './practitioner.entity.ts';

type Practitioners = ResourceSpec<PractitionerRow, Practitioner>;

/** Practitioners by name, or by their places where one site is asked for. */
export function listPractitioners(spec: Practitioners) {
  const byName = list(spec);
  return (request: ListPractitionersRequest, call: Call): Promise<ListResponse<Practitioner>> => {
    const [siteId, another] = request.siteId;
    if (siteId === undefined || another !== undefined) return byName(request, call);
    return list({ ...spec, orderBy: byPlaceAt(siteId) })(request, call);
  };
}

/** All of a site's practitioners in its order. */
export function listPractitionerOrder(spec: Practitioners) {
  return async ({ siteId }: ListPractitionerOrderRequest, call: Call): Promise<PractitionerOrder> => {
    requireSite(call, siteId);
    return { data: await toMessages(spec, await practitionersInOrder(call.em, siteId), call.em) };
  };
}

/** Gives a site's practitioners new places; each site keeps its own. */
export function updatePractitionerOrder(spec: Practitioners) {
  return ({ siteId, practitionerIds }: UpdatePractitionerOrderRequest, call: Call): Promise<PractitionerOrder> => {
    seenInBody('site_id', `There is no site ${siteId}.`, () => requireSite(call, siteId));
    return call.transact(async ({ em }) => {
      const rows = reordered(await practitionersInOrder(em, siteId), practitionerIds, 'practitioner_ids');
      await em.execute(
        `insert into practitioner_orders (site_id, organisation_id, practitioner_ids, updated_at, updated_by)
         values (?, ?, ${textArray}, lido_now(), ?)
         on conflict (site_id) do update set practitioner_ids = excluded.practitioner_ids,
           updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
        [siteId, call.principal.organisationId, JSON.stringify(rows.map(({ id }) => id)), call.actor],
        'run',
      );
      return { data: await toMessages(spec, rows, em) };
    });
  };
}

/** A site's practitioners by their places there; with those who were removed after `sinceMs`, where it is given. */
export function practitionersInOrder(
  em: SqlEntityManager,
  siteId: string,
  sinceMs = Number.POSITIVE_INFINITY,
): Promise<PractitionerRow[]> {
  const removedSince = Number.isFinite(sinceMs) ? [{ deletedAt: { $gt: new Date(sinceMs) } }] : [];
  const where = { siteIds: { $overlap: [siteId] }, $or: [{ deletedAt: null }, ...removedSince] };
  return em.find(PractitionerEntity, where, { orderBy: byPlaceAt(siteId), disableIdentityMap: true });
}

/** Who has no place at the site yet comes last, by name. */
function byPlaceAt(siteId: string): QueryOrderMap<PractitionerRow>[] {
  const place = raw(
    (alias) =>
      `array_position((select practitioner_ids from practitioner_orders where site_id = ?), ${alias}.id::text)`,
    [siteId],
  );
  return [{ [place]: 'asc' }, { name: 'asc' }, { id: 'asc' }];
}
