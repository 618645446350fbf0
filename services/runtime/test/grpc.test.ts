import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Room, RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { JobServiceService } from '@lido/proto/lido/jobs/v1/job.ts';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { loadImage } from '@lido/proto/image';
import { type Database, openDatabase } from '../src/db/database.ts';
import { invalid, Refusal } from '../src/errors/refusal.ts';
import { accessTable } from '../src/grpc/access.ts';
import type { Call, Handlers } from '../src/grpc/call.ts';
import { callerMetadata, createClient, peerOf, type RawClient } from '../src/grpc/client.ts';
import { innerKey } from '../src/grpc/idempotency.ts';
import { permissions } from '../src/grpc/permissions.ts';
import { metadataKey } from '../src/grpc/principal.ts';
import { createGrpcServer, type GrpcServer } from '../src/grpc/server.ts';
import { systemClock } from '../src/service/clock.ts';
import { newUuid } from '../src/service/ids.ts';
import { startTelemetry } from '../src/telemetry/telemetry.ts';
import { freshDatabase, type TestDatabase } from '../../../test/support/servers.ts';

const staff: Principal = {
  kind: 'KIND_STAFF',
  id: 'u1',
  name: 'Una',
  onBehalfOf: null,
  organisationId: 'o1',
  brandIds: [],
  grants: [],
};
const room: Room = {
  id: 'r1',
  organisationId: 'o1',
  siteId: 's1',
  name: 'Room',
  suitableForTags: [],
  tagIds: [],
  tags: [],
  zoneIds: [],
  zones: [],
  createdAt: '',
  updatedAt: '',
};
const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let database: TestDatabase;
let db: Database;
let server: GrpcServer;
let client: RawClient;
let effects = 0;
let commits = 0;
/** Until then whatever is to be created as slow is under way. */
const slowEnd = Promise.withResolvers<void>();

const never = () => Promise.reject(new Error('Nobody calls this.'));
const neverCalled = {
  copyRoom: never,
  listRoomAvailabilityRules: never,
  getRoomAvailabilityRule: never,
  createRoomAvailabilityRule: never,
  updateRoomAvailabilityRule: never,
  deleteRoomAvailabilityRule: never,
};

const breaking = {
  'breaks-key': 'insert into lido_clock (only_row, shift) values (true, interval $$0$$)',
  'breaks-check': 'insert into lido_clock (only_row, shift) values (false, interval $$0$$)',
  'breaks-not-null': 'update lido_clock set shift = null',
};

const handlers: Handlers<typeof RoomServiceService> = {
  getRoom: async ({ id }, call) => {
    if (id === 'throws') throw Object.assign(new Error('password=secret in /srv/app.ts'), { code: 5 });
    if (id === 'refuses') throw invalid({ name: ['The name is taken.'] });
    if (Object.hasOwn(breaking, id)) await call.em.execute(breaking[id as keyof typeof breaking]);
    if (id === 'grants') return { ...room, id: JSON.stringify(call.principal.grants) };
    if (id === 'slow') await after(2_000, undefined, { signal: call.signal });
    return { ...room, id: `${call.principal.id} ${call.actor} ${call.requestId}` };
  },
  createRoom: (request, call) => save(request, call),
  listRooms: () => Promise.resolve({ data: [], page: { page: 1, perPage: 15, total: 0 } }),
  updateRoom: () =>
    Promise.reject(new Refusal('booking_conflict', 'taken', 'Taken.', { metadata: { alternatives: [1] } })),
  deleteRoom: () => Promise.resolve({}),
  ...neverCalled,
};

const part = { contentType: '', fileName: '', cacheControl: '', isInline: false };
const kibibyte = Buffer.alloc(1024);
const mebibyte = Buffer.alloc(1024 * 1024);

const jobHandlers: Handlers<typeof JobServiceService> = {
  getJob: never,
  // As many pieces as the id says, and then what it says.
  async *downloadJob({ id }) {
    const [pieces, end] = id.split(' ');
    const content = end === 'large' ? mebibyte : kibibyte;
    for (let piece = 0; piece < Number(pieces); piece++) yield { ...part, fileName: `${piece}`, content };
    if (end === 'refuses') throw invalid({ name: ['The name is taken.'] });
    if (end === 'throws') throw new Error('password=secret');
  },
};

function save(request: Room, call: Call): Promise<Room> {
  return call.transact(async () => {
    effects++;
    if (request.name === 'refused') throw new Refusal('state_conflict', 'no', 'No.');
    if (request.name === 'slow') await slowEnd.promise;
    return { ...request, id: `effect ${effects}` };
  });
}

beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase({ url: database.url, entities: [], migrations: [], telemetry });
  const duration = telemetry.meter.createHistogram('test');
  server = createGrpcServer({
    db,
    clock: systemClock,
    telemetry,
    duration,
    access: accessTable(loadImage()),
    onCommit: () => commits++,
  });
  server.add(RoomServiceService, handlers);
  server.add(JobServiceService, jobHandlers);
  client = createClient(await server.listen('127.0.0.1:0'), { name: 'rooms', telemetry });
});
afterAll(async () => {
  client.close();
  await server.stop();
  await db.stop();
  await database.drop();
});

const get = (id: string, principal = staff, deadlineMs = 20_000) =>
  client.unary(RoomServiceService.getRoom, { id }, { metadata: callerMetadata(principal, 'q1'), deadlineMs });

function create(name: string, key?: string, bodyHash = 'h1') {
  const metadata = callerMetadata(staff, 'q1');
  if (key) metadata.set(metadataKey.idempotencyKey, key);
  metadata.set(metadataKey.bodyHash, bodyHash);
  return client.unary(RoomServiceService.createRoom, { ...room, name }, { metadata, deadlineMs: 20_000 });
}

describe('a call', () => {
  test('carries its principal and its request id', async () => {
    expect((await get('any')).response.id).toBe('u1 staff:u1 q1');
  });

  test('carries all that somebody may do at a thousand sites, whichever they are', async () => {
    const rights = [[...permissions], ['rooms.view']];
    const grants = Array.from({ length: 1_000 }, (_, index) => ({
      siteId: newUuid(),
      brandId: `brand-${index % 3}`,
      permissions: rights[index % 7 === 0 ? 1 : 0] ?? [],
    }));
    expect(JSON.parse((await get('grants', { ...staff, grants })).response.id)).toEqual(grants);
  });

  test('without a principal, or of a kind the contract does not name, is refused before the handler', async () => {
    await expect(get('any', { ...staff, kind: 'KIND_PUBLIC' })).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(get('any', { ...staff, kind: 'KIND_DEVICE' })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('that fails tells the client nothing of the cause, and an integer code on the error is not taken for a status', async () => {
    const error: unknown = await get('throws').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 13 });
    expect(String(error)).not.toMatch(/secret|app\.ts/);
  });

  test('that is refused arrives as the same refusal, fields and metadata included', async () => {
    await expect(get('refuses')).rejects.toMatchObject({ kind: 'invalid', fields: { name: ['The name is taken.'] } });
    const options = { metadata: callerMetadata(staff, 'q'), deadlineMs: 20_000 };
    await expect(
      client.unary(RoomServiceService.updateRoom, { id: 'r', room: null, updateMask: [] }, options),
    ).rejects.toMatchObject({
      kind: 'booking_conflict',
      reason: 'taken',
      metadata: { alternatives: [1] },
    });
  });

  test.each([
    ['breaks-key', { kind: 'already_exists' }],
    ['breaks-check', { kind: 'malformed', reason: 'not_allowed' }],
    ['breaks-not-null', { kind: 'malformed', reason: 'value_missing' }],
  ])('that breaks a constraint is refused in words of ours (%s)', async (id, refusal) => {
    await expect(get(id)).rejects.toMatchObject(refusal);
  });

  test('that takes longer than its deadline is a refusal the caller can name', async () => {
    await expect(get('slow', staff, 50)).rejects.toMatchObject({ kind: 'deadline' });
  });

  test('to a peer that is away is unavailable', async () => {
    const nobody = createClient('127.0.0.1:1', { name: 'nobody', telemetry });
    const options = { metadata: callerMetadata(staff, 'q'), deadlineMs: 20_000 };
    await expect(nobody.unary(RoomServiceService.getRoom, { id: 'x' }, options)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    nobody.close();
  });
});

describe('a stream', () => {
  const options = () => ({ metadata: callerMetadata(staff, 'q1'), deadlineMs: 20_000 });

  test('of any length leaves no listeners behind where its reader is slower', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    let pieces = 0;
    for await (const { content } of client.serverStream(JobServiceService.downloadJob, { id: '300' }, options()))
      pieces += content.length / kibibyte.length;
    process.off('warning', note);
    expect(pieces).toBe(300);
    expect(warnings).toEqual([]);
  });
});

describe('the whole answer of a stream', () => {
  const whole = async (id: string) => {
    const options = { metadata: callerMetadata(staff, 'q1'), deadlineMs: 20_000 };
    return (await client.unary(JobServiceService.downloadJob, { id }, options)).response;
  };

  test('is its messages joined, of which the last says what each of them says', async () => {
    expect(await whole('3')).toMatchObject({ fileName: '2', content: kibibyte });
  });

  test('is none where the rpc refuses or fails, at once or in the middle', async () => {
    for (const pieces of [0, 2]) {
      await expect(whole(`${pieces} refuses`)).rejects.toMatchObject({
        kind: 'invalid',
        fields: { name: ['The name is taken.'] },
      });
      await expect(whole(`${pieces} throws`)).rejects.toMatchObject({ code: 13 });
    }
    await expect(whole('0')).rejects.toThrow(/no message/);
  });

  test('is refused with a sentence where it is too large, and the next one is not', async () => {
    await expect(whole('70 large')).rejects.toMatchObject({
      ...{ kind: 'invalid', reason: 'answer_too_large' },
      message: expect.stringContaining('fewer days'),
    });
    expect(await whole('3 large')).toMatchObject({ fileName: '2' });
  });
});

describe('an idempotency key', () => {
  test('gives a repeated request the first answer, without a second effect, and says so', async () => {
    const first = await create('Once', 'k1');
    const before = effects;
    const again = await create('Once', 'k1');
    expect(again.response).toEqual(first.response);
    expect(again.trailer.get(metadataKey.replayed)).toEqual(['true']);
    expect(effects).toBe(before);
  });

  test('with another body is refused by name', async () => {
    await create('Body', 'k2');
    await expect(create('Other', 'k2', 'h2')).rejects.toMatchObject({
      kind: 'invalid',
      reason: 'idempotency_key_reused',
    });
  });

  test('of a refused request is not kept', async () => {
    await expect(create('refused', 'k3')).rejects.toMatchObject({ reason: 'no' });
    await expect(create('Now it works', 'k3', 'h3')).resolves.toBeDefined();
  });

  test('whose first request still runs is refused, not run twice', async () => {
    const both = [create('slow', 'k4'), create('slow', 'k4')];
    const refusal = await Promise.race(both.map((one) => one.then(() => undefined).catch((error: unknown) => error)));
    slowEnd.resolve();
    expect(refusal).toMatchObject({ reason: 'idempotency_in_flight' });
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('belongs to its principal: without one each request has its effect', async () => {
    const [first, second] = [await create('Free'), await create('Free')];
    expect(first.response.id).not.toBe(second.response.id);
  });

  test('that a service sends along has its effect once, and is refused with another request', async () => {
    const rooms = peerOf(RoomServiceService, client);
    const caller = { principal: staff, requestId: 'q1' };
    const first = await rooms.createRoom({ ...room, name: 'Inner' }, caller, { idempotencyKey: 'k5' });
    expect(await rooms.createRoom({ ...room, name: 'Inner' }, caller, { idempotencyKey: 'k5' })).toEqual(first);
    await expect(
      rooms.createRoom({ ...room, name: 'Another' }, caller, { idempotencyKey: 'k5' }),
    ).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
  });

  test('of an inner request is another for each caller and effect, and none without one of the call', () => {
    const call = { actor: 'staff:u1', idempotencyKey: 'k6' };
    const key = innerKey(call, 'createCustomer');
    expect(innerKey(call, 'createCustomer')).toBe(key);
    const others = [innerKey(call, 'createOrder'), innerKey({ ...call, actor: 'staff:u2' }, 'createCustomer')];
    expect(new Set([key, ...others]).size).toBe(3);
    expect(innerKey({ actor: 'staff:u1' }, 'createCustomer')).toBeUndefined();
  });

  test('wakes the relay after each commit only', async () => {
    const before = commits;
    await create('Commit');
    await create('refused').catch(() => undefined);
    expect(commits).toBe(before + 1);
  });
});
