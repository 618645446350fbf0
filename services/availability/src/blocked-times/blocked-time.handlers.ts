import type { BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { blockedTimes } from './blocked-time.repository.ts';
import { createBlockedTime } from './create-blocked-time.handlers.ts';
import { deleteBlockedTime } from './delete-blocked-time.handlers.ts';
import { listBlockedTimes } from './list-blocked-times.handlers.ts';
import { updateBlockedTime } from './update-blocked-time.handlers.ts';

export const blockedTimeHandlers = {
  listBlockedTimes,
  getBlockedTime: get(blockedTimes),
  createBlockedTime,
  updateBlockedTime,
  deleteBlockedTime,
} satisfies Handlers<typeof BlockedTimeServiceService>;
