import type { HoldItem, HoldResponse } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { SessionType } from '@lido/proto/lido/availability/v1/session_type.ts';
import { Client } from 'pg';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankSession, blankSessionType } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import type { World } from './world.ts';

/** The local date so many days from today on. */
export function dayAhead(days: number): string {
  return addDays(localDateOf(Date.now(), 'Europe/London'), days);
}

/** A session type for up to ten guests at once, at 15.00 each. */
export async function offerClass(world: World, extra: Partial<SessionType> = {}): Promise<SessionType> {
  const body = { ...blankSessionType, siteId: world.siteId, maxGuests: 10, ...extra };
  const type = await world.sessionTypes.createSessionType(body, world.staff);
  const rule = { id: '', sessionTypeId: '', weekdays: [], price: 1_500 };
  await world.sessionTypes.createSessionTypePriceRule({ parentId: type.id, rule }, world.staff);
  return type;
}

/** One session of a type, at 10:00 ten days ahead unless told otherwise. */
export function schedule(world: World, sessionTypeId: string, extra: Partial<Session> = {}): Promise<Session> {
  const startTime = inLondon(dayAhead(10), '10:00');
  return world.sessions.createSession({ ...blankSession, sessionTypeId, startTime, ...extra }, world.staff);
}

/** An item for places in a session. */
export function placesIn(session: Session, extra: Partial<HoldItem> = {}): HoldItem {
  return itemAt(session.sessionTypeId, '', { offeringType: 'session', sessionId: session.id, ...extra });
}

/** Holds an item for an order of its own. */
export async function holdFor(
  world: World,
  item: HoldItem,
  order = orderId(),
  extra: { customerId?: string; holdMinutes?: number } = {},
): Promise<{ order: string; item: HoldItem; held: HoldResponse }> {
  const request = { orderId: order, siteId: world.siteId, customerId: null, items: [item], holdMinutes: 10 };
  const held = await world.bookings.hold({ ...request, skipRules: false, isOnline: true, ...extra }, world.staff);
  return { order, item, held };
}

/** Books places in a session for good. */
export async function book(
  world: World,
  session: Session,
  extra: Partial<HoldItem> = {},
): Promise<{ order: string; item: HoldItem }> {
  const { order, item } = await holdFor(world, placesIn(session, extra));
  await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, world.staff);
  return { order, item };
}

/** A connection to the service's database: what a service may never do, a test may. */
export async function openSql(world: World) {
  const client = new Client({ connectionString: world.database });
  await client.connect();
  return {
    run: async <Row>(text: string, params: unknown[] = []): Promise<Row[]> =>
      (await client.query(text, params)).rows as Row[],
    /** The types of the events about an aggregate, oldest first. */
    eventsOf: async (aggregateId: string): Promise<string[]> =>
      (await client.query('select type from outbox where aggregate_id = $1 order by seq', [aggregateId])).rows.map(
        ({ type }) => type as string,
      ),
    end: () => client.end(),
  };
}
