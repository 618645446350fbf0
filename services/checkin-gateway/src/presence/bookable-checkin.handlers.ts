import type { FilterQuery } from '@mikro-orm/core';
import type {
  BookableCheckin,
  BookableCheckinServiceService,
  CreateBookableCheckinRequest,
  UpdateBookableCheckinRequest,
} from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { changedTimes, timeErrors, toBookableCheckin } from './bookable-checkin.ts';
import { BookableCheckinEntity, type BookableCheckinRow } from './bookable-checkin.entity.ts';
import { changePresence, registerPresence, removePresence } from './change-presence.handlers.ts';
import { checkNewPresence, type PresenceOwners } from './check-new-presence.handlers.ts';
import type { Doer, PresenceParts } from './presences.ts';

const scope = siteScope<BookableCheckinRow>();

/** The rpcs of check-ins at bookables. */
export function bookableCheckinHandlers(parts: PresenceParts & PresenceOwners) {
  return {
    createBookableCheckin: (request, call) => create(request, call, parts),
    updateBookableCheckin: (request, call) => update(request, call, parts),
    getBookableCheckin: async ({ id }, call) => toBookableCheckin(await load(id, call, 'read')),
    deleteBookableCheckin: async ({ id }, call) => removePresence(await load(id, call, 'write'), doerOf(call), parts),
  } satisfies Handlers<typeof BookableCheckinServiceService>;
}

async function create(
  request: CreateBookableCheckinRequest,
  call: Call,
  parts: PresenceParts & PresenceOwners,
): Promise<BookableCheckin> {
  const wanted = await checkNewPresence(request, call, parts);
  return registerPresence(wanted, doerOf(call), parts, (work) => call.transact(work));
}

async function update(
  { id, checkin, updateMask }: UpdateBookableCheckinRequest,
  call: Call,
  parts: PresenceParts,
): Promise<BookableCheckin> {
  const row = await load(id, call, 'write');
  const times = changedTimes(row, checkin ?? { startsAt: '', endsAt: '' }, updateMask ?? []);
  const errors = timeErrors(times);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return changePresence(row, times, doerOf(call), parts);
}

/** A check-in the caller may use so: customers their own, staff those of their sites. Hidden and missing ones are the same refusal. */
async function load(id: string, call: Call, use: 'read' | 'write'): Promise<BookableCheckinRow> {
  const { kind, organisationId, id: callerId } = call.principal;
  const open = kind === 'KIND_CUSTOMER' ? { organisationId, ownerId: callerId } : visible(scope, call);
  const where = { $and: [{ id, deletedAt: null }, open] } as FilterQuery<BookableCheckinRow>;
  const row = await call.em.findOne(BookableCheckinEntity, where, { disableIdentityMap: true });
  if (!row) throw notFound(id);
  if (kind !== 'KIND_CUSTOMER') requirePermission(scope, row, call, use);
  return row;
}

function doerOf({ principal, actor, requestId }: Call): Doer {
  return { organisationId: principal.organisationId, actor, requestId };
}
