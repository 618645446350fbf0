import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { keepVisit, takeBackVisit } from './visit.repository.ts';

/** The visits that begin at doors and desks, and those that turn out to have been none. */
export const visitSubscription: Subscription = {
  name: 'memberships-from-checkin',
  source: 'checkin',
  aggregate: 'lido.checkin.check_in.',
  mode: 'projection',
  handlers: {
    'lido.checkin.check_in.created': (event, { em }) => noteVisit(CheckIn.decode(event.payload), em),
    'lido.checkin.check_in.removed': (event, { em }) => takeBackVisit(em, event.aggregateId),
  },
};

async function noteVisit({ id, membershipId }: CheckIn, em: SqlEntityManager): Promise<void> {
  if (membershipId) await keepVisit(em, { id, membershipId });
}
