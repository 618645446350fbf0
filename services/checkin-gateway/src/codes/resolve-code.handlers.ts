import { ScannedCode } from '@lido/proto/lido/checkin/internal/v1/action_event.ts';
import type { ResolvedCode } from '@lido/proto/lido/checkin/v1/code.ts';
import { notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { KeyedBuckets } from '@lido/runtime/service/token-buckets.ts';
import { findBoundActions } from '../actions/bound-action.repository.ts';
import type { Occasion } from '../actions/occasion.ts';
import { type ActionOutcome, type ActionParts, doorMsMax, runAction } from '../actions/run-action.client.ts';
import { runChain } from '../actions/run-triggers.job.ts';
import { transactionOf } from '../presence/change-presence.handlers.ts';
import { CodeEntity, type CodeRow } from './code.entity.ts';
import { toCode } from './code-message.ts';

/** What a scan works with. */
export interface ScanParts {
  readonly actions: ActionParts;
  readonly scans: KeyedBuckets;
  readonly scansPerMinute: number;
}

/** Takes a scan of a code by anybody: tells of it, and runs the code's actions in their order while the scanner waits. */
export async function resolveCode(value: string, call: Call, parts: ScanParts): Promise<ResolvedCode> {
  const nowMs = call.clock.nowMs();
  const row = await call.em.findOne(CodeEntity, { value, deletedAt: null }, { disableIdentityMap: true });
  if (!row || (row.expiresAt && Date.parse(row.expiresAt) <= nowMs)) throw notFound(value);
  if (!parts.scans.take(row.id)) {
    const sentence = `This code is taken ${parts.scansPerMinute} times a minute at most. Please try again later.`;
    throw new Refusal('exhausted', 'too_many_scans', sentence);
  }
  const occasion = occasionOf(row, call, nowMs);
  await transactionOf(
    parts.actions,
    occasion,
  )(({ emit }) =>
    emit({
      type: 'lido.checkin.code.scanned',
      aggregateId: row.id,
      organisationId: row.organisationId,
      payload: ScannedCode.encode({ codeId: row.id, scannedBy: call.actor }).finish(),
    }),
  );
  const bound = { organisationId: row.organisationId, to: 'code', objectId: row.id } as const;
  const untilMs = performance.now() + doorMsMax;
  const ran = await runChain(await findBoundActions(call.em, bound), async (action) =>
    call.signal.aborted || performance.now() > untilMs ? tooLate : runAction(action, occasion, parts.actions),
  );
  return {
    code: toCode(row, formatsIn('UTC')),
    data: row.data,
    actions: ran.map(({ action, outcome: { status, message, checkinId } }) => ({
      ...{ actionId: action.id, name: action.name, status, message, checkinId },
    })),
  };
}

/** The scanner waits no longer: nothing is done for it any more. */
const tooLate: ActionOutcome = {
  ...{ status: 'ACTION_STATUS_SKIPPED', message: 'The actions before this one have taken too long.' },
  ...{ checkinId: null, isRetryable: false },
};

/** A customer of the organisation who scans is the one who is present; otherwise it is whoever the code belongs to. */
function occasionOf(row: CodeRow, { principal, actor, requestId }: Call, atMs: number): Occasion {
  const isCustomer = principal.kind === 'KIND_CUSTOMER' && principal.organisationId === row.organisationId;
  return {
    ...{ activityId: newUuid(), trigger: 'TRIGGER_CODE_SCANNED', organisationId: row.organisationId },
    ...{ requestId, actor, atMs, subjectId: row.id, checkin: null, isDeparture: false, bookable: null, booking: null },
    ownerId: isCustomer ? principal.id : (row.ownerId ?? null),
    code: { id: row.id, name: row.name, data: row.data },
  };
}
