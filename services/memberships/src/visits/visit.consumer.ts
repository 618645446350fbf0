import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import type { EventContext, Subscription } from '@lido/runtime/events/consumer.ts';
import { keepVisit, takeBackVisit } from './visit.repository.ts';

/**
 * The visits that begin at doors and desks, and those that turn out to have been none. Whatever is told of a visit says that it was made: what
 * began it may have been passed over.
 */
export const visitSubscription: Subscription = {
  name: 'memberships-from-checkin',
  source: 'checkin',
  aggregate: 'lido.checkin.check_in.',
  mode: 'projection',
  handlers: {
    'lido.checkin.check_in.created': noteVisit,
    'lido.checkin.check_in.saved': noteVisit,
    'lido.checkin.check_in.checked_out': noteVisit,
    'lido.checkin.check_in.removed': (event, { em }) => takeBackVisit(em, event.aggregateId),
  },
};

async function noteVisit({ payload }: Envelope, { em }: EventContext): Promise<void> {
  const { id, membershipId } = CheckIn.decode(payload);
  if (membershipId) await keepVisit(em, { id, membershipId });
}
