import { Room, type RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { copy } from '@lido/runtime/resource/copy.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains, overlaps } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { type RefuseWhileNeeded, remove } from '@lido/runtime/resource/remove.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { detachFromTypes, refuseAsLastOfType } from '../appointments/listed-by-types.repository.ts';
import { refuseWhileBooked } from '../claims/refuse-while-booked.repository.ts';
import { tagsOf } from '../offerings/offering-embeds.repository.ts';
import { availabilityRules, availabilityRulesOf, copyAvailabilityRules } from '../offerings/rules.handlers.ts';
import { unknownReferences } from '../offerings/unknown-references.repository.ts';
import { refuseWhileInTimetable } from '../recurrence-groups/refuse-while-in-timetable.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { unknownZones, zonesOf } from '../zones/zone.repository.ts';
import { claimNewUnits } from './claim-new-units.repository.ts';
import { RoomEntity, type RoomRow } from './room.entity.ts';

const rooms: ResourceSpec<RoomRow, Room> = {
  noun: 'room',
  entity: RoomEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name', 'capacity', 'suitableForTags', 'tagIds', 'zoneIds'],
  fixed: ['siteId'],
  defaults: { capacity: 1 },
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({ ...row, tags: [], zones: [], ...stamps(row, formats) }),
  embed: async (rows, em) => {
    const [tags, zones] = [await tagsOf(em, rows), await zonesOf(em, rows)];
    return (row) => ({ ...tags(row), ...zones(row) });
  },
  filters: { query: contains('name'), zoneId: overlaps('zoneIds') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.room.saved', encode: (room) => Room.encode(room).finish() },
  check: async (row, { em }) => ({
    ...(await unknownReferences(em, row.organisationId, {
      tag_ids: row.tagIds,
      suitable_for_tags: row.suitableForTags,
    })),
    ...(await unknownZones(em, row.zoneIds, [row.siteId])),
  }),
  saved: async (row, { em, before }, { principal }) => {
    if (before && row.capacity > before.capacity) await claimNewUnits(em, row, before.capacity, principal);
    if (row.deletedAt) await detachFromTypes(em, 'room_ids', row.id);
    await modelChanged(em, [row.siteId]);
  },
};

const refuseWhileInUse: RefuseWhileNeeded<RoomRow> = async (...removal) => {
  await refuseWhileBooked(rooms)(...removal);
  await refuseAsLastOfType('room_ids')(...removal);
  await refuseWhileInTimetable('room_id')(...removal);
};

const openings = availabilityRulesOf(rooms, availabilityRules);

export const roomHandlers = {
  listRooms: list(rooms),
  getRoom: get(rooms),
  createRoom: create(rooms),
  updateRoom: update(rooms, 'room'),
  copyRoom: copy(rooms, 'room', copyAvailabilityRules),
  deleteRoom: remove(rooms, refuseWhileInUse),
  listRoomAvailabilityRules: openings.list,
  getRoomAvailabilityRule: openings.get,
  createRoomAvailabilityRule: openings.create,
  updateRoomAvailabilityRule: openings.update,
  deleteRoomAvailabilityRule: openings.remove,
} satisfies Handlers<typeof RoomServiceService>;
