import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import type { EventContext, Subscription } from '@lido/runtime/events/consumer.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { forgetCheckIn, keepCheckIn } from './known-check-in.repository.ts';

/** When customers came, whichever way that was noticed, and which of these turned out to have been none. */
export const checkInSubscription: Subscription = {
  name: 'customers-from-checkin',
  source: 'checkin',
  aggregate: 'lido.checkin.check_in.',
  mode: 'projection',
  handlers: {
    'lido.checkin.check_in.created': noteCheckIn,
    'lido.checkin.check_in.saved': noteCheckIn,
    'lido.checkin.check_in.checked_out': noteCheckIn,
    'lido.checkin.check_in.removed': (event, { em }) => forgetCheckIn(em, event.aggregateId),
  },
};

async function noteCheckIn({ payload, organisationId }: Envelope, { em }: EventContext): Promise<void> {
  const { id, customer, checkedInAt, method } = CheckIn.decode(payload);
  const atMs = parseInstant(checkedInAt ?? '');
  if (!customer || atMs === undefined) return;
  const checkIn = { id, organisationId, customerId: customer.id, method: method?.name ?? '' };
  await keepCheckIn(em, { ...checkIn, checkedInAt: new Date(atMs) });
}
