import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { inSpan, startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, siteDay } from '../src/calendar/calendar-day.repository.ts';
import { entities } from '../src/entities.ts';
import { offerClass } from './classes.ts';
import { startWorld, type World } from './world.ts';

/** Names of the spans that ended; the database makes one for each statement. */
const spans: string[] = [];
const quiet = startTelemetry({ service: 'test', logLevel: 'silent' });
const provider = new TracerProvider({
  sampler: new AlwaysOnSampler(),
  spanProcessors: [
    {
      onStart: () => undefined,
      onEnd: ({ name }) => void spans.push(name),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
});
const telemetry = { ...quiet, tracer: provider.getTracer('test') };
let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities, migrations: [], telemetry });
  const { id: type } = await offerClass(world);
  const { siteId: site } = world;
  for (const statement of [bookings, claims, cards, blocks]) await db.fork().execute(statement, [site], 'run');
  await db.fork().execute(sessions, [site, type], 'run');
});
afterAll(async () => {
  await db.stop();
  await world.stop();
  await provider.shutdown();
  await quiet.stop();
});

// Eight appointments of each of two hundred practitioners, and one session of each of ten of them.
const each = 'generate_series(0, 199) p cross join generate_series(0, 7) h';
const start = `timestamptz '2026-06-01T08:00Z' + h * interval '1 hour'`;
const stamps = `'o', now(), 'x', now(), 'x'`;
const stampColumns = 'organisation_id, created_at, created_by, updated_at, updated_by';
const bookings = `
  insert into bookings (id, organisation_id, site_id, order_id, item_id, offering_type, offering_id, starts_at, ends_at, guests,
    status, price_minor, request, summary, created_at, updated_at)
  select 'b' || p || '_' || h, 'o', ?, 'o' || p || '_' || h, 'b' || p || '_' || h, 'appointment', 't', ${start},
    ${start} + interval '50 minutes', 1, 'confirmed', 0, '{"guestIds": []}',
    jsonb_build_object('offeringName', 'Massage', 'practitioners', jsonb_build_array(jsonb_build_object('id', 'p' || p, 'name', 'P')),
      'room', null, 'equipment', '[]'::jsonb), now(), now()
  from ${each}`;
const claims = `
  insert into claims (organisation_id, site_id, resource_id, unit, during, kind, booking_id, item_id)
  select 'o', ?, 'p' || p, 0, tstzrange(${start}, ${start} + interval '1 hour'), 'practitioner', 'b' || p || '_' || h, 'b' || p || '_' || h
  from ${each}`;
const cards = `
  insert into order_cards (order_id, organisation_id, site_id, version, status, card)
  select 'o' || p || '_' || h, 'o', ?, 1, 'ORDER_STATUS_SUBMITTED', jsonb_build_object('orderId', 'o' || p || '_' || h,
    'items', '[]'::jsonb, 'guests', '[]'::jsonb, 'notes', '[]'::jsonb, 'labelIds', '[]'::jsonb)
  from ${each}`;
const sessions = `
  insert into sessions (id, ${stampColumns}, site_id, session_type_id, practitioner_id, start_time, end_time, capacity)
  select 'y' || p, ${stamps}, ?, ?, 'p' || p, timestamptz '2026-06-01T17:00Z', timestamptz '2026-06-01T18:00Z', 5
  from generate_series(0, 9) p`;

// A break of each of twenty of them.
const blocks = `
  insert into blocked_times (id, ${stampColumns}, site_id, practitioner_ids, room_ids, area_ids, start_time, end_time, type, created_by_name)
  select 'k' || p, ${stamps}, ?, array['p' || p], '{}', '{}', timestamptz '2026-06-01T16:00Z', timestamptz '2026-06-01T16:30Z',
    'BLOCKED_TIME_TYPE_BREAK', 'X'
  from generate_series(0, 19) p`;

test('a day of two hundred practitioners is read with one statement for each table, not more for more of them', async () => {
  const day = siteDay(world.siteId, 'Europe/London', '2026-06-01');
  const events = await inSpan(telemetry.tracer, 'reading', {}, () => eventsOf(db.fork(), day));
  expect(events).toHaveLength(1_630);
  expect(events.every(({ bufferMinutes, session, blocked }) => bufferMinutes === (session || blocked ? 0 : 10))).toBe(
    true,
  );
  const statements = spans.filter((name) => name.startsWith('sql'));
  // Bookings, sessions, cards with their customers, ends of claims, types, and names of practitioners; then blocked times,
  // whose practitioners, rooms and areas are looked up apart, and the site's zone.
  expect(statements).toEqual(Array.from({ length: 11 }, () => 'sql select'));
});
