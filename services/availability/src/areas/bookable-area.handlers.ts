import { BookableArea, type BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { lastPosition } from '@lido/runtime/resource/reorder.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { availabilityRules, availabilityRulesOf, copyAvailabilityRules } from '../offerings/rules.handlers.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { unknownZones, zonesOf } from '../zones/zone.repository.ts';
import { BookableAreaEntity, type BookableAreaRow } from './bookable-area.entity.ts';
import { deleteBookableArea } from './delete-bookable-area.handlers.ts';
import { reorderBookableAreas } from './reorder-bookable-areas.handlers.ts';

const bookableAreas: ResourceSpec<BookableAreaRow, BookableArea> = {
  noun: 'bookable area',
  entity: BookableAreaEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name', 'description', 'capacity', 'zoneIds'],
  fixed: ['siteId'],
  defaults: { capacity: 1, position: lastPosition },
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({
    ...row,
    order: row.position === lastPosition ? null : row.position,
    availabilityRules: [],
    zones: [],
    ...stamps(row, formats),
  }),
  embed: async (rows, em) => {
    const rules = await rulesByParent(
      em,
      rows.map((row) => row.id),
    );
    const zones = await zonesOf(em, rows);
    return (row) => ({ ...zones(row), availabilityRules: rules.availability(row.id).map(availabilityRules.toMessage) });
  },
  filters: { query: contains('name'), zoneId: overlaps('zoneIds') },
  orderBy: { position: 'asc', name: 'asc' },
  event: { saved: 'lido.availability.bookable_area.saved', encode: (area) => BookableArea.encode(area).finish() },
  check: (row, { em }) => unknownZones(em, row.zoneIds, [row.siteId]),
  saved: (row, { em }) => modelChanged(em, [row.siteId]),
};

const rules = availabilityRulesOf(bookableAreas, availabilityRules);

export const bookableAreaHandlers = {
  listBookableAreas: list(bookableAreas),
  getBookableArea: get(bookableAreas),
  createBookableArea: create(bookableAreas),
  updateBookableArea: update(bookableAreas, 'bookableArea'),
  deleteBookableArea: deleteBookableArea(bookableAreas),
  reorderBookableAreas: reorderBookableAreas(bookableAreas),
  copyBookableArea: copy(bookableAreas, 'bookableArea', copyAvailabilityRules),
  listBookableAreaAvailabilityRules: rules.list,
  getBookableAreaAvailabilityRule: rules.get,
  createBookableAreaAvailabilityRule: rules.create,
  updateBookableAreaAvailabilityRule: rules.update,
  deleteBookableAreaAvailabilityRule: rules.remove,
} satisfies Handlers<typeof BookableAreaServiceService>;
