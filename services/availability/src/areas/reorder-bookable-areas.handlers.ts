import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type {
  BookableArea,
  ReorderBookableAreasRequest,
  ReorderBookableAreasResponse,
} from '@lido/proto/lido/availability/v1/bookable_area.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { told, toMessages } from '@lido/runtime/resource/load.ts';
import { renumber, reordered } from '@lido/runtime/resource/reorder.ts';
import { requirePermission, visible } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { BookableAreaEntity, type BookableAreaRow } from './bookable-area.entity.ts';

const entity = BookableAreaEntity as EntityName<BookableAreaRow>;

/** Puts the areas of one site, which is the named areas' own, into the order that is asked for. Answers all of them. */
export function reorderBookableAreas(spec: ResourceSpec<BookableAreaRow, BookableArea>) {
  return ({ areaIds }: ReorderBookableAreasRequest, call: Call): Promise<ReorderBookableAreasResponse> =>
    call.transact(async (transaction) => {
      const { em } = transaction;
      const where = { $and: [{ id: { $in: areaIds }, deletedAt: null }, visible(spec.scope, call)] };
      const named = await em.findOne(entity, where as FilterQuery<BookableAreaRow>);
      if (!named) throw invalid({ area_ids: areaIds.map((id) => `There is no ${id} here.`) });
      requirePermission(spec.scope, named as BookableAreaRow, call, 'write');
      const ofSite = { siteId: named.siteId, deletedAt: null } as FilterQuery<BookableAreaRow>;
      const areas = (await em.find(entity, ofSite, { orderBy: { ...spec.orderBy, id: 'asc' } })) as BookableAreaRow[];
      const before = new Map(areas.map(({ id, position }) => [id, position]));
      const inOrder = reordered(areas, areaIds, 'area_ids');
      renumber(inOrder);
      for (const area of inOrder.filter(({ id, position }) => before.get(id) !== position)) {
        touch(area, call);
        await told(spec, area, transaction, call);
      }
      return { data: await toMessages(spec, inOrder, em) };
    });
}
