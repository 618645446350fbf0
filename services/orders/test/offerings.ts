import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import { peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { blankSession, blankSessionType, build, hire, offer, shopOf } from '../../../test/support/offerings.ts';

/** Two massages of an hour for 80.00, given by one therapist in one room, and a class. */
export interface Offerings {
  massageId: string;
  otherMassageId: string;
  practitionerId: string;
  /** A class without a therapist, for two guests, two weeks ahead. */
  sessionTypeId: string;
  sessionId: string;
}

/** Hires a therapist who works from 9 to 17 every day, builds a room, and offers the massages. */
export async function openOfferings(client: RawClient, staff: TestCaller, siteId: string): Promise<Offerings> {
  const shop = shopOf(client, staff, siteId);
  const resources = { practitionerIds: await hire(shop, 1), roomIds: await build(shop, 1) };
  const massage = await offer(shop, resources);
  const otherMassage = await offer(shop, resources, { name: 'Deep massage' });
  const sessionTypes = peerOf(SessionTypeServiceService, client);
  const sessionType = await sessionTypes.createSessionType(
    { ...blankSessionType, siteId, name: 'Class', minGuests: 1, maxGuests: 2 },
    staff,
  );
  const seatPrice = { id: '', sessionTypeId: '', weekdays: [], price: 1_500 };
  await sessionTypes.createSessionTypePriceRule({ parentId: sessionType.id, rule: seatPrice }, staff);
  const session = await peerOf(SessionServiceService, client).createSession(
    { ...blankSession, sessionTypeId: sessionType.id, startTime: hourOf(0, 18), duration: 60, capacity: 2 },
    staff,
  );
  return {
    massageId: massage.id,
    otherMassageId: otherMassage.id,
    practitionerId: resources.practitionerIds[0] ?? '',
    sessionTypeId: sessionType.id,
    sessionId: session.id,
  };
}

/** When the tests began: the same hour is meant to their end, also past midnight. */
const begunMs = Date.now();

/** An hour of a working day some weeks ahead, as the site's clocks show it: `day` 0 to 60 picks the day, 9 to 16 the hour. */
export function hourOf(day: number, hour: number): string {
  const date = new Date(begunMs + (14 + day) * 86_400_000).toISOString().slice(0, 10);
  const isSummer = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeZoneName: 'shortOffset' })
    .format(new Date(`${date}T12:00:00Z`))
    .includes('+1');
  return `${date}T${String(hour).padStart(2, '0')}:00:00${isSummer ? '+01:00' : '+00:00'}`;
}
