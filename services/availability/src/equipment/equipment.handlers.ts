import { Equipment, type EquipmentServiceService } from '@lido/proto/lido/availability/v1/equipment.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { contains } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { type RefuseWhileNeeded, remove } from '@lido/runtime/resource/remove.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { refuseWhileBooked } from '../claims/refuse-while-booked.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { EquipmentEntity, type EquipmentRow } from './equipment.entity.ts';
import { refuseWhileRequired } from './required-equipment.repository.ts';

const equipment: ResourceSpec<EquipmentRow, Equipment> = {
  noun: 'equipment',
  entity: EquipmentEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name', 'quantity'],
  fixed: ['siteId'],
  defaults: { quantity: 1 },
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({ ...row, ...stamps(row, formats) }),
  filters: { query: contains('name') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.availability.equipment.saved', encode: (message) => Equipment.encode(message).finish() },
  saved: (row, { em }) => modelChanged(em, [row.siteId]),
};

const refuseWhileInUse: RefuseWhileNeeded<EquipmentRow> = async (...removal) => {
  await refuseWhileBooked(equipment)(...removal);
  await refuseWhileRequired(...removal);
};

export const equipmentHandlers = {
  listEquipmentItems: list(equipment),
  getEquipment: get(equipment),
  createEquipment: create(equipment),
  updateEquipment: update(equipment, 'equipment'),
  deleteEquipment: remove(equipment, refuseWhileInUse),
} satisfies Handlers<typeof EquipmentServiceService>;
