import { Room, type RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { tagsOf } from '../offerings/offering-embeds.repository.ts';
import { unknownReferences } from '../offerings/unknown-references.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { RoomEntity, type RoomRow } from './room.entity.ts';

const rooms: ResourceSpec<RoomRow, Room> = {
  noun: 'room',
  entity: RoomEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name', 'capacity', 'suitableForTags', 'tagIds'],
  fixed: ['siteId'],
  defaults: { capacity: 1 },
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({ ...row, tags: [], ...stamps(row, formats) }),
  embed: (rows, em) => tagsOf(em, rows),
  filters: { query: contains('name') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.room.saved', encode: (room) => Room.encode(room).finish() },
  check: (row, { em }) =>
    unknownReferences(em, row.organisationId, { tag_ids: row.tagIds, suitable_for_tags: row.suitableForTags }),
  saved: (row, { em }) => modelChanged(em, [row.siteId]),
};

export const roomHandlers = {
  listRooms: list(rooms),
  getRoom: get(rooms),
  createRoom: create(rooms),
  updateRoom: update(rooms, 'room'),
  deleteRoom: remove(rooms),
} satisfies Handlers<typeof RoomServiceService>;
