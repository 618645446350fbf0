import type { Practitioner } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { loadVisible, told } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import type { PractitionerRow } from './practitioner.entity.ts';

/** Removes a practitioner who has nothing booked ahead; the operators' handbook demands that bookings are moved first. */
export function deletePractitioner(spec: ResourceSpec<PractitionerRow, Practitioner>) {
  return ({ id }: { id: string }, call: Call): Promise<object> =>
    call.transact(async (transaction) => {
      const row = await loadVisible(spec, id, call, { em: transaction.em, use: 'write' });
      const [ahead] = await transaction.em.execute<unknown[]>(
        `select 1 from claims where active and resource_id = ? and upper(during) > lido_now() and (expires_at is null or expires_at > lido_now()) limit 1`,
        [id],
      );
      if (ahead)
        throw stateConflict(
          'bookings_ahead',
          'This practitioner has bookings ahead. Please move or cancel them first.',
        );
      row.deletedAt = new Date(call.clock.nowMs());
      touch(row, call);
      await told(spec, row, transaction, call);
      return {};
    });
}
