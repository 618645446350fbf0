import type { FilterQuery } from '@mikro-orm/core';
import type {
  Attempt,
  AttemptOutcome as OutcomeMessage,
  AttemptServiceService,
  ListAttemptsRequest,
} from '@lido/proto/lido/checkin/v1/attempt.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { permittedSites } from '@lido/runtime/resource/scope.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';
import { mediumKindWords } from '../readers/medium-kinds.ts';
import { boundsOf } from '../visits/check-in-filters.ts';
import { AttemptEntity, type AttemptOutcome, type AttemptRow } from './attempt.entity.ts';
import { type AttemptedTap, findAttemptedTaps, keyOf } from './attempt.repository.ts';

const outcomes: Record<AttemptOutcome, OutcomeMessage> = {
  granted: 'ATTEMPT_OUTCOME_GRANTED',
  denied: 'ATTEMPT_OUTCOME_DENIED',
  refused: 'ATTEMPT_OUTCOME_REFUSED',
};

/** The rpcs of the log of attempts. */
export const attemptHandlers = { listAttempts } satisfies Handlers<typeof AttemptServiceService>;

async function listAttempts(request: ListAttemptsRequest, call: Call) {
  const { page, perPage, offset } = pageOf({ page: request.page ?? null, perPage: request.perPage ?? null });
  const askedSites = request.siteId.length > 0 ? request.siteId : undefined;
  const siteIds = permittedSites(call, askedSites);
  const [firstSite = ''] = askedSites ?? [];
  const zone = (await zonesOf(call.em, askedSites ?? [])).get(firstSite) ?? 'UTC';
  const where = { $and: [{ siteId: { $in: siteIds } }, ...filtersOf(request, call, zone)] } as FilterQuery<AttemptRow>;
  const [attempts, total] = await call.em.findAndCount(AttemptEntity, where, {
    orderBy: { occurredAt: 'desc', deviceId: 'asc', eventId: 'asc' },
    limit: perPage,
    offset,
    disableIdentityMap: true,
  });
  const taps = await findAttemptedTaps(call.em, attempts);
  return {
    data: attempts.map((attempt) => toAttempt(attempt, taps.get(keyOf(attempt)))),
    page: { page, perPage, total },
  };
}

function filtersOf(request: ListAttemptsRequest, call: Call, zone: string): object[] {
  const { deviceId, customerId, reason, outcome, from, to } = request;
  const within = boundsOf(from, to, zone);
  const word = Object.entries(outcomes).find(([, message]) => message === outcome)?.[0];
  return [
    { organisationId: call.principal.organisationId },
    ...(deviceId.length > 0 ? [{ deviceId: { $in: deviceId } }] : []),
    ...(customerId.length > 0 ? [{ customerId: { $in: customerId } }] : []),
    ...(reason.length > 0 ? [{ reason: { $in: reason } }] : []),
    ...(word === undefined ? [] : [{ outcome: word }]),
    ...(within ? [{ occurredAt: within }] : []),
  ];
}

function toAttempt(row: AttemptRow, tap: AttemptedTap | undefined): Attempt {
  return {
    ...{ deviceId: row.deviceId, siteId: row.siteId, outcome: outcomes[row.outcome], reason: row.reason },
    ...{ customerId: row.customerId ?? null, count: row.count, occurredAt: formatUtcMs(row.occurredAt.getTime()) },
    eventId: tap ? row.eventId : null,
    readerRef: tap?.readerRef ?? null,
    mediumKind: tap ? mediumKindWords[tap.mediumKind] : null,
    mediumValue: tap?.mediumValue ?? null,
    checkInId: tap?.decision?.checkInId ?? null,
    flags: [...(tap?.decision?.flags ?? [])],
    passed: tap?.passed ?? null,
  };
}
