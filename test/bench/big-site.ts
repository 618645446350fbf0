import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf, weekdays } from '@lido/runtime/time/zone.ts';
import { migrations } from '../../services/availability/migrations/index.ts';
import { entities } from '../../services/availability/src/entities.ts';
import { loadSite } from '../../services/availability/src/sites/load-site.repository.ts';
import {
  applyClaim,
  type CompiledSite,
  compileSite,
  removeClaim,
} from '../../services/availability/src/solver/compile-site.ts';
import { findSlots } from '../../services/availability/src/solver/find-slots.ts';
import { maxHorizonDays } from '../../services/availability/src/solver/horizon.ts';
import type { Claim } from '../../services/availability/src/solver/model.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { measureTimes } from './measure-time.ts';
import type { Workbench } from './workbench.ts';

const [practitionerCount, roomCount] = [800, 200];
const [claimDays, claimsPerDay] = [334, 3];
const zone = 'Europe/London';
const siteId = 'big-site';
const mebibyte = 1_048_576;

/** What a site of a thousand resources and a million claims costs a process: to read, to compile, to keep, and to change. No bars. */
export async function bigSite(bench: Workbench): Promise<BenchRow[]> {
  const telemetry = startTelemetry({ service: 'bench', logLevel: 'error' });
  bench.defer(() => telemetry.stop());
  const db = await openDatabase({ url: await bench.freshDatabase(), entities, migrations, telemetry });
  bench.defer(() => db.stop());
  await fill(db, bench);
  bench.say('  reading and compiling it');
  const before = memoryBytes();
  const begun = performance.now();
  const snapshot = await loadSite(db.fork(), siteId, Date.now());
  if (!snapshot) throw new Error('The site that was filled in is not there.');
  const read = performance.now();
  const site = compileSite(snapshot.model, localDateOf(Date.now(), zone), maxHorizonDays);
  const compiled = performance.now();
  const kept = memoryBytes() - before;
  bench.say('  changing it and searching again');
  const { change, search } = changeAndSearch(site);
  return [
    benchRow({ name: 'big site: claims', figure: snapshot.model.claims.length, unit: 'claims' }),
    benchRow({ name: 'big site: read from the database', figure: read - begun, unit: 'ms' }),
    benchRow({ name: 'big site: compile for a year', figure: compiled - read, unit: 'ms' }),
    benchRow({ name: 'big site: memory', figure: kept / mebibyte, unit: 'MiB' }),
    benchRow({ name: 'big site: take and release a claim', figure: change * 1_000, unit: 'us' }),
    benchRow({ name: 'big site: day search after a change', figure: search, unit: 'ms' }),
  ];
}

/** What the process holds, bitsets included; what is no longer needed does not count. */
function memoryBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function changeAndSearch(site: CompiledSite): { change: number; search: number } {
  const date = addDays(localDateOf(Date.now(), zone), 10);
  const fromMs = Date.parse(`${date}T10:00:00Z`);
  const claim: Claim = {
    ...{ id: 'new', resourceId: 'practitioner-1', unit: 0, fromMs, toMs: fromMs + 3_600_000, kind: 'practitioner' },
    ...{ expiresAtMs: null, bookingId: 'new', itemId: 'new', orderId: 'new', appointmentTypeId: 'type' },
    ...{ categoryIds: [], durationMinutes: 60 },
  };
  const query = {
    ...{ appointmentTypeId: 'type', dateFrom: date, dateTo: date, nowMs: Date.now(), durationMinutes: 60 },
    ...{ guests: 1, memberships: [] },
  };
  const takeAndRelease = (): void => {
    applyClaim(site, claim);
    removeClaim(site, 'new');
  };
  const { change } = measureTimes({ change: takeAndRelease }, { repeat: 20, rounds: 51 });
  const { search } = measureTimes(
    {
      search: () => {
        takeAndRelease();
        return findSlots(site, query);
      },
    },
    { repeat: 1, rounds: 51 },
  );
  return { change, search };
}

/** Fills the tables as the service would have, but in a few statements. */
async function fill(db: Database, { say }: Workbench): Promise<void> {
  const run = (sql: string, params: unknown[] = []) => db.fork().execute(sql, params, 'run');
  const stamps = `'org', now(), 'bench', now(), 'bench'`;
  const columns = 'organisation_id, created_at, created_by, updated_at, updated_by';
  const hours = weekdays.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '20:00' }));
  const site = {
    id: siteId,
    organisationId: 'org',
    timezone: zone,
    currency: 'GBP',
    openingHours: hours,
    openingExceptions: [],
  };
  await run(`insert into known_sites (id, organisation_id, version, site) values (?, 'org', 1, ?::jsonb)`, [
    siteId,
    JSON.stringify(site),
  ]);
  await run(`insert into practitioners (id, ${columns}, site_ids, name, tag_ids, can_offer_tags)
    select 'practitioner-' || n, ${stamps}, array['${siteId}'], 'Practitioner ' || n, '{}', '{}' from generate_series(1, ${practitionerCount}) n`);
  await run(
    `insert into practitioner_rotas (id, ${columns}, practitioner_id, site_ids, scheduling_week_interval, availability_rules)
    select 'rota-' || n, ${stamps}, 'practitioner-' || n, array['${siteId}'], 1, ?::jsonb from generate_series(1, ${practitionerCount}) n`,
    [JSON.stringify(hours.map((rule) => ({ ...rule, weekNum: 1 })))],
  );
  await run(`insert into rooms (id, ${columns}, site_id, name, capacity, suitable_for_tags, tag_ids)
    select 'room-' || n, ${stamps}, '${siteId}', 'Room ' || n, 1, '{}', '{}' from generate_series(1, ${roomCount}) n`);
  await run(`insert into appointment_types (id, ${columns}, name, offered_online, private, members_only, permitted_membership_type_ids,
      membership_booking_windows_enabled, membership_booking_windows, customer_cancellation_permitted, category_ids, upsell_offerings,
      cross_sell_offerings, related_retail_offerings, min_guests, max_guests, site_ids, practitioner_ids, room_ids, equipment_ids,
      durations, start_time_interval, end_buffer, practitioners_per_guest, allocate_multi_capacity_rooms, enquiries_enabled, tag_ids,
      contraindications)
    select 'type', ${stamps}, 'Massage', true, false, false, '{}', false, '[]', 'CANCELLATION_POLICY_UNSPECIFIED', '{}', '[]', '[]', '[]', 1, 1,
      array['${siteId}'], array(select id from practitioners), array(select id from rooms), '{}', '[60]', 15, 0, 1, false, false, '{}', '[]'`);
  await run(
    `insert into price_rules (id, ${columns}, parent_id, weekdays, price) values ('price', ${stamps}, 'type', '{}', 8000)`,
  );
  // Nobody takes claims here, and what is filled in does not overlap: the constraint would only make the filling slow.
  await run('alter table claims drop constraint claims_never_overlap');
  say(`  filling in ${(practitionerCount + roomCount) * claimDays * claimsPerDay} claims`);
  for (let day = 0; day < claimDays; day++) {
    await run(
      `insert into claims (organisation_id, site_id, resource_id, unit, during, kind, booking_id, item_id)
       select 'org', '${siteId}', r.id, 0, tstzrange(t.at, t.at + interval '75 minutes', '[)'), r.kind, r.id || '-' || ${day} || '-' || n, null
       from (select id, 'practitioner' as kind from practitioners union all select id, 'room' from rooms) r,
         generate_series(0, ${claimsPerDay - 1}) n, lateral (select date_trunc('day', now()) + interval '${day} days 9 hours' + n * interval '3 hours' as at) t`,
    );
    if (day % 100 === 99) say(`  ${day + 1} of ${claimDays} days`);
  }
  await run('analyze');
}
