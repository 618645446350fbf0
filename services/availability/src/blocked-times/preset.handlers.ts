import {
  BlockedTimePreset,
  type BlockedTimePresetServiceService,
} from '@lido/proto/lido/availability/v1/blocked_time_preset.ts';
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
import { BlockedTimePresetEntity, type BlockedTimePresetRow } from './preset.entity.ts';

const presets: ResourceSpec<BlockedTimePresetRow, BlockedTimePreset> = {
  noun: 'preset',
  entity: BlockedTimePresetEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['siteId', 'name', 'duration', 'type', 'label', 'colour'],
  fixed: ['siteId'],
  defaults: { duration: 15, type: 'BLOCKED_TIME_TYPE_OTHER' },
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({ ...row, ...stamps(row, formats) }),
  filters: { query: contains('name') },
  orderBy: { name: 'asc' },
  event: {
    saved: 'lido.availability.blocked_time_preset.saved',
    encode: (message) => BlockedTimePreset.encode(message).finish(),
  },
};

export const blockedTimePresetHandlers = {
  listBlockedTimePresets: list(presets),
  getBlockedTimePreset: get(presets),
  createBlockedTimePreset: create(presets),
  updateBlockedTimePreset: update(presets, 'preset'),
  deleteBlockedTimePreset: remove(presets),
} satisfies Handlers<typeof BlockedTimePresetServiceService>;
