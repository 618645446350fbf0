import type { DeleteBlockedTimeRequest } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { takeAreas, takeClaims } from '../claims/claim.repository.ts';
import { nextVersions, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import { BlockedTimeEntity } from './blocked-time.entity.ts';
import { blockedTimes, emitBlockedTime } from './blocked-time.repository.ts';

/** Gives blocked time back, and with `following` that of its recurrence from there on. */
export function deleteBlockedTime({ id, following }: DeleteBlockedTimeRequest, call: Call): Promise<object> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const row = await loadVisible(blockedTimes, id, call, { em, use: 'write' });
    const { recurrenceId, startTime } = row;
    const later = { startTime: { $gt: startTime }, deletedAt: null };
    const others = following && recurrenceId ? await em.find(BlockedTimeEntity, { recurrenceId, ...later }) : [];
    const rows = [row, ...others];
    for (const one of rows) {
      one.deletedAt = new Date(call.clock.nowMs());
      touch(one, call);
    }
    await em.flush();
    const released = rows.map((one) => one.id);
    await takeClaims(em, [], released);
    await takeAreas(em, [], released);
    await emitBlockedTime(row, transaction);
    const siteIds = [
      row.siteId,
      ...(await sitesOfPractitioners(
        em,
        rows.flatMap((one) => one.practitionerIds),
      )),
    ];
    await nextVersions(em, siteIds, { kind: 'claims', released, taken: [] });
    return {};
  });
}
