import { Zone, type ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { detachZone } from '../catalogue/detach.repository.ts';
import { ZoneEntity, type ZoneRow } from './zone.entity.ts';

export const zones: ResourceSpec<ZoneRow, Zone> = {
  noun: 'zone',
  entity: ZoneEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name'],
  fixed: ['siteId'],
  isGoneOnceDeleted: true,
  toMessage: ({ id, name, siteId, organisationId }) => ({ id, name, siteId, organisationId }),
  filters: { query: contains('name') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.zone.saved', encode: (message) => Zone.encode(message).finish() },
  saved: async (row, { em }) => {
    if (row.deletedAt) await detachZone(em, row.id);
  },
};

export const zoneHandlers = {
  listZones: list(zones),
  getZone: get(zones),
  createZone: create(zones),
  updateZone: update(zones, 'zone'),
  deleteZone: remove(zones),
} satisfies Handlers<typeof ZoneServiceService>;
