import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { freshDatabase } from '../../../test/support/servers.ts';
import { migrations } from '../migrations/index.ts';
import { entities } from '../src/entities.ts';
import { foldVisits } from '../src/visits/fold-visits.ts';
import type { Movement, MovementKind } from '../src/visits/movement.ts';
import { recordMovement } from '../src/visits/record-movement.repository.ts';
import { VisitEntity } from '../src/visits/visit.entity.ts';

let made: Awaited<ReturnType<typeof freshDatabase>>;
let db: Database;

beforeAll(async () => {
  made = await freshDatabase();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  db = await openDatabase({ url: made.url, entities, migrations, telemetry });
});
afterAll(async () => {
  await db.stop();
  await made.drop();
});

const organisationId = 'o1';
const secondMs = 1_000;
const startMs = Date.parse('2026-03-28T18:00:00Z');
// Some of the visits are still open by then.
const nowMs = startMs + 6 * 3_600 * secondMs;

interface Move extends Pick<Movement, 'kind' | 'siteId' | 'zone' | 'repeatKey'> {
  readonly second: number;
  readonly maxVisitMinutes: number;
}

function movementOf(customerId: string, { second, maxVisitMinutes, kind, ...move }: Move): Movement {
  const id = `${customerId} ${second} ${kind}`;
  return {
    ...{ ...move, id, kind, visitId: `v ${id}`, atMs: startMs + second * secondMs, membershipId: null },
    ...{ methodType: null, methodId: 'door', methodName: 'Door' },
    rules: { duplicateMs: 2_000, minStaySeconds: 60, maxVisitMinutes },
  };
}

/** Records movements one after the other; answers the stored visits and the last event of each. */
async function recordAll(customerId: string, movements: readonly Movement[]) {
  const origin = { actor: 'test', requestId: customerId };
  const visitor = { organisationId, customerId, customer: undefined };
  for (const movement of movements)
    await db.transaction((em) => recordMovement(visitor, movement, { em, origin, nowMs }));
  const events = await db
    .fork()
    .execute<{ visit: string; type: string }[]>(
      'select aggregate_id as visit, type from outbox where request_id = ? order by seq',
      [customerId],
    );
  const told = new Map(events.map(({ visit, type }) => [visit, type]));
  const rows = await db.fork().find(VisitEntity, { customerId, deletedAt: null }, { orderBy: { checkedInAt: 'asc' } });
  const stored = rows.map(({ id, siteId, zone, checkedInAt, checkedOutAt, closedBy }) => ({
    ...{ id, siteId, zone: zone ?? null, closedBy: closedBy ?? null },
    checkedInMs: checkedInAt.getTime(),
    checkedOutMs: checkedOutAt?.getTime() ?? null,
  }));
  return { stored, told };
}

test('a visit that was taken back opens again, once the one before it is known to have ended', async () => {
  const move = (kind: MovementKind, second: number): Movement =>
    movementOf('reopened', { kind, second, siteId: 'spa', zone: null, repeatKey: null, maxVisitMinutes: 240 });
  const late = 5 * 3_600;
  const [came, left, cameAgain] = [move('toggle', late), move('out', late + 10), move('toggle', late + 40)];
  const { stored } = await recordAll('reopened', [cameAgain, came, left]);
  expect(stored).toMatchObject([
    { id: came.visitId, closedBy: 'tap', checkedOutMs: left.atMs },
    { id: cameAgain.visitId, closedBy: null },
  ]);
});

/** Times near each other, so that movements repeat, fall within the least stay and end each other. */
const anySecond = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 6 * 3_600 }));
const anyMovements = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom<MovementKind>('in', 'out', 'toggle', 'toggle', 'inner', 'arrival'),
      second: anySecond,
      siteId: fc.constantFrom('spa', 'spa', 'gym'),
      zone: fc.constantFrom(null, 'pool'),
      repeatKey: fc.constantFrom(null, 'card'),
      maxVisitMinutes: fc.constantFrom(15, 240),
    }),
    { selector: ({ second, kind }) => `${second} ${kind}`, minLength: 2, maxLength: 9 },
  )
  .chain((moves) => fc.shuffledSubarray(moves, { minLength: moves.length }));

test('movements in a thousand orders are stored as the visits that all of them make, and tell of each change', async () => {
  const journals = fc.sample(anyMovements, { numRuns: 1_000, seed: 20_260_401 });
  for (const [index, moves] of journals.entries()) {
    const customerId = `c${index}`;
    const movements = moves.map((move) => movementOf(customerId, move));
    const { stored, told } = await recordAll(customerId, movements);
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    const wanted = foldVisits(movements, nowMs).map(({ id, siteId, zone, checkedInMs, checkedOutMs, closedBy }) => ({
      ...{ id, siteId, zone, closedBy, checkedInMs, checkedOutMs },
    }));
    expect(stored.toSorted(byId), JSON.stringify(movements)).toEqual(wanted.toSorted(byId));
    const standing = new Set(stored.map(({ id }) => id));
    for (const [id, type] of told) expect(type === 'lido.checkin.check_in.removed').toBe(!standing.has(id));
  }
}, 600_000);
