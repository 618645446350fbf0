import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionRecurrenceGroup } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { weekdayOf, weekdays } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, hire } from '../../../test/support/offerings.ts';
import { entities } from '../src/entities.ts';
import { extendTimetables } from '../src/recurrence-groups/extend-timetables.job.ts';
import { book, dayAhead, offerClass, openSql, schedule } from './classes.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let world: World;
let db: Database;
let sql: Awaited<ReturnType<typeof openSql>>;

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
  db = await openDatabase({ url: world.database, entities, migrations: [], telemetry });
});
afterAll(async () => {
  await sql.end();
  await db.stop();
  await world.stop();
});

const outputs = { id: '', sessionTypeId: '', siteId: '', organisationId: '', createdAt: '', updatedAt: '' };
const timetable = (extra: Partial<SessionRecurrenceGroup> = {}): SessionRecurrenceGroup => ({
  ...outputs,
  ...{ practitioner: null, room: null, weekdays: [...weekdays], startTimes: at('09:00') },
  ...{ recurrenceStart: dayAhead(30), recurrenceEnd: dayAhead(36) },
  ...extra,
});
const at = (...values: string[]) => values.map((value) => ({ id: '', value }));
const add = (parentId: string, extra: Partial<SessionRecurrenceGroup> = {}, caller = world.staff) =>
  world.recurrenceGroups.createSessionTypeRecurrenceGroup({ parentId, group: timetable(extra) }, caller);
const change = (group: SessionRecurrenceGroup, values: Partial<SessionRecurrenceGroup>, updateMask: string[]) =>
  world.recurrenceGroups.updateSessionTypeRecurrenceGroup(
    { parentId: group.sessionTypeId, id: group.id, group: timetable({ startTimes: [], ...values }), updateMask },
    world.staff,
  );
const check = (group: SessionRecurrenceGroup, values: Partial<SessionRecurrenceGroup>, updateMask: string[]) =>
  world.recurrenceGroups.checkSessionTypeRecurrenceGroup(
    { parentId: group.sessionTypeId, id: group.id, group: timetable(values), updateMask },
    world.staff,
  );
const remove = ({ sessionTypeId: parentId, id }: SessionRecurrenceGroup) =>
  world.recurrenceGroups.deleteSessionTypeRecurrenceGroup({ parentId, id }, world.staff);
const none = {
  id: [],
  siteId: [],
  practitionerId: [],
  roomId: [],
  sessionTypeId: [],
  recurrenceGroupId: [],
  zoneId: [],
};
const sessionsOf = async (group: SessionRecurrenceGroup): Promise<Session[]> =>
  (await world.sessions.listSessions({ ...none, recurrenceGroupId: [group.id], perPage: 100 }, world.staff)).data;
const datesOf = (sessions: Session[]) => sessions.map(({ startTime }) => startTime.slice(0, 10));
const week = Array.from({ length: 7 }, (_, day) => dayAhead(30 + day));

test('whom and where a timetable goes on with is not removed, until it is changed', async () => {
  const [practitionerId = ''] = await hire(world, 1);
  const [roomId = ''] = await build(world, 1);
  const dates = { recurrenceStart: dayAhead(400), recurrenceEnd: null };
  const group = await add((await offerClass(world)).id, { practitionerId, roomId, ...dates });
  const removals = [
    () => world.practitioners.deletePractitioner({ id: practitionerId }, world.staff),
    () => world.rooms.deleteRoom({ id: roomId }, world.staff),
  ];
  for (const removed of removals) await expect(removed()).rejects.toMatchObject({ reason: 'in_timetable' });
  await change(group, {}, ['practitioner_id', 'room_id']);
  for (const removed of removals) await removed();
});

test('a new session type has the timetables of its body, or is refused with them; later bodies that repeat them change nothing', async () => {
  const [practitionerId = ''] = await hire(world, 1);
  const [morning, noon] = [timetable({ practitionerId }), timetable({ practitionerId, startTimes: at('12:00') })];
  const type = await offerClass(world, { name: 'With timetables', recurrenceGroups: [morning, noon] });
  const groups = (await world.sessionTypes.getSessionType({ id: type.id }, world.staff)).recurrenceGroups;
  expect(groups.map(({ startTimes }) => startTimes[0]?.value).sort()).toEqual(['09:00', '12:00']);
  for (const group of groups) expect(await sessionsOf(group)).toHaveLength(7);

  const wrong = offerClass(world, { name: 'Wrong', recurrenceGroups: [timetable(), timetable({ weekdays: [] })] });
  await expect(wrong).rejects.toMatchObject({ fields: { 'recurrence_groups.1.weekdays': [expect.any(String)] } });
  const taken = offerClass(world, { name: 'Taken', recurrenceGroups: [morning] });
  await expect(taken).rejects.toMatchObject({ reason: 'timetable_conflicts' });
  const { data } = await world.sessionTypes.listSessionTypes(
    { siteId: [], sessionTypeId: [], categoryId: [], perPage: 100 },
    world.staff,
  );
  expect(data.map(({ name }) => name)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Wrong|Taken/)]));

  const again = {
    id: type.id,
    sessionType: { ...type, recurrenceGroups: [morning] },
    updateMask: ['recurrence_groups'],
  };
  expect((await world.sessionTypes.updateSessionType(again, world.staff)).recurrenceGroups).toEqual(groups);
});

describe('a new timetable', () => {
  test('has a session on each of its days at each of its times, with its practitioner, room and capacity', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const type = await offerClass(world, { duration: 45 });
    const group = await add(type.id, {
      ...{ name: 'Mornings', practitionerId, roomId, capacity: 12, startTimes: at('10:00', '09:00') },
    });
    expect(group).toMatchObject({
      ...{ name: 'Mornings', sessionTypeId: type.id, capacity: 12, startTime: '09:00', siteId: world.siteId },
      ...{ practitioner: { id: practitionerId }, room: { id: roomId }, recurrenceEnd: dayAhead(36) },
      startTimes: [{ value: '09:00' }, { value: '10:00' }],
    });
    const sessions = await sessionsOf(group);
    expect(datesOf(sessions)).toEqual(week.flatMap((date) => [date, date]));
    expect(sessions[0]).toMatchObject({
      ...{ startTime: expect.stringContaining('T09:00'), duration: 45, capacity: 12, recurrenceGroupId: group.id },
      ...{ practitioner: { id: practitionerId }, room: { id: roomId } },
    });
    await expect(
      schedule(world, type.id, { practitionerId, startTime: sessions[3]?.startTime ?? '' }),
    ).rejects.toMatchObject({ reason: 'already_taken' });
    const shown = await world.sessionTypes.getSessionType({ id: type.id }, world.staff);
    expect(shown.recurrenceGroups).toEqual([group]);
  });

  test('takes the older spelling of one start time, and starts today unless it says otherwise', async () => {
    const type = await offerClass(world);
    const days = { weekdays: [weekdayOf(dayAhead(1))], recurrenceStart: null, recurrenceEnd: dayAhead(8) };
    const group = await add(type.id, { ...days, startTimes: [], startTime: '07:30' });
    expect(group).toMatchObject({ recurrenceStart: dayAhead(0), capacity: 1, startTimes: [{ value: '07:30' }] });
    expect(datesOf(await sessionsOf(group))).toEqual([dayAhead(1), dayAhead(8)]);
  });

  test('is refused with all that stands in its way, or leaves that out when told to', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    await schedule(world, type.id, { practitionerId, startTime: inLondon(dayAhead(32), '09:30') });
    const start = (await schedule(world, type.id, { startTime: inLondon(dayAhead(32), '09:00') })).startTime;
    const startTimes = at(start.slice(11, 16));
    const refused = add(type.id, { practitionerId, startTimes });
    await expect(refused).rejects.toMatchObject({
      kind: 'state_conflict',
      reason: 'timetable_conflicts',
      metadata: {
        conflicts: [
          expect.objectContaining({
            code: 'no_practitioners_available',
            resource: expect.objectContaining({ id: practitionerId, type: 'practitioner' }),
            start_time: start,
          }),
        ],
      },
    });
    const { data } = await world.recurrenceGroups.listRecurrenceGroups(
      { ...none, sessionTypeId: [type.id] },
      world.staff,
    );
    expect(data).toEqual([]);
    const group = await add(type.id, { practitionerId, startTimes, skipConflicts: true });
    expect(datesOf(await sessionsOf(group))).toEqual(week.filter((date) => date !== dayAhead(32)));
  });

  test('can not have its practitioner at two places at once', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    await expect(add(type.id, { practitionerId, startTimes: at('09:00', '09:30') })).rejects.toMatchObject({
      metadata: { conflicts: expect.arrayContaining([expect.objectContaining({ code: 'overlaps_itself' })]) },
    });
    expect(await sessionsOf(await add(type.id, { startTimes: at('09:00', '09:30') }))).toHaveLength(14);
  });

  test('names what is missing or not of its site, all at once', async () => {
    const type = await offerClass(world);
    const wrong = { weekdays: ['someday'], startTimes: [], recurrenceEnd: dayAhead(29) };
    await expect(add(type.id, wrong)).rejects.toMatchObject({
      fields: {
        ...{ weekdays: [expect.stringContaining('someday')], start_times: [expect.any(String)] },
        recurrence_end: [expect.any(String)],
      },
    });
    await expect(add(type.id, { roomId: 'nowhere' })).rejects.toMatchObject({
      fields: { room_id: [expect.stringContaining('nowhere')] },
    });
    await expect(add(type.id, { practitionerId: 'nobody' })).rejects.toMatchObject({
      fields: { practitioner_id: [expect.stringContaining('nobody')] },
    });
    await expect(add(type.id, {}, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('a changed timetable', () => {
  test('keeps the sessions with bookings and the ids of those that stay; the rest follows', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const group = await add(type.id, { practitionerId, capacity: 3 });
    const [first, second, third] = (await sessionsOf(group)) as [Session, Session, Session];
    await book(world, second);
    await world.sessions.deleteSession({ id: third.id }, world.staff);
    const weekdaysLeft = weekdays.filter((weekday) => weekday !== weekdayOf(week[1] ?? ''));
    const changed = await change(group, { weekdays: weekdaysLeft, capacity: 8 }, ['weekdays', 'capacity']);
    expect(changed).toMatchObject({ capacity: 8, startTimes: group.startTimes, recurrenceEnd: dayAhead(36) });
    const sessions = await sessionsOf(changed);
    expect(datesOf(sessions)).toEqual(week.filter((_, day) => day !== 2));
    expect(sessions[0]).toMatchObject({ id: first.id, capacity: 8 });
    expect(sessions[1]).toMatchObject({ id: second.id, capacity: 3 });
    const moved = await change(group, { startTimes: at('15:00') }, ['start_times']);
    const times = (await sessionsOf(moved)).map(({ startTime }) => startTime.slice(11, 16));
    expect(times.filter((time) => time === '09:00')).toHaveLength(1);
    expect(times.filter((time) => time === '15:00')).toHaveLength(6);
    await expect(schedule(world, type.id, { practitionerId, startTime: first.startTime })).resolves.toBeDefined();
  });

  test('that can not be had changes nothing, and a check says so beforehand', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const group = await add(type.id, { practitionerId });
    const before = await sessionsOf(group);
    const rival = await add(type.id, { practitionerId, startTimes: at('11:00'), recurrenceEnd: dayAhead(31) });
    const answer = await check(rival, { startTimes: at('09:30') }, ['start_times']);
    expect(answer).toMatchObject({ valid: false });
    expect(answer.conflicts.map(({ resource }) => resource?.id)).toEqual([practitionerId, practitionerId]);
    await expect(change(rival, { startTimes: at('09:30') }, ['start_times'])).rejects.toMatchObject({
      reason: 'timetable_conflicts',
    });
    expect(await sessionsOf(group)).toEqual(before);
    expect((await sessionsOf(rival)).map(({ startTime }) => startTime.slice(11, 16))).toEqual(['11:00', '11:00']);
    expect(await check(rival, { startTimes: at('12:00') }, ['start_times'])).toEqual({ valid: true, conflicts: [] });
    expect((await sessionsOf(rival)).map(({ startTime }) => startTime.slice(11, 16))).toEqual(['11:00', '11:00']);
  });

  test('sets what the body carries, clears what it empties, and leaves the rest', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const group = await add((await offerClass(world)).id, { name: 'Named', practitionerId, roomId, capacity: 5 });
    expect(await change(group, { name: 'Renamed' }, ['name'])).toMatchObject({
      ...{ name: 'Renamed', practitionerId, roomId, capacity: 5, weekdays: group.weekdays },
    });
    const mask = ['name', 'practitioner_id', 'room_id', 'capacity', 'recurrence_start'];
    const cleared = { name: null, practitionerId: null, roomId: null, capacity: null, recurrenceStart: null };
    expect(await change(group, cleared, mask)).toMatchObject({
      ...{ name: null, practitioner: null, room: null, capacity: 1, recurrenceStart: dayAhead(0) },
    });
    expect(datesOf(await sessionsOf(group)).at(-1)).toBe(dayAhead(36));
    const shorter = await change(group, { recurrenceEnd: dayAhead(2) }, ['recurrence_end']);
    expect(datesOf(await sessionsOf(shorter)).at(-1)).toBe(dayAhead(2));
    await expect(change(group, {}, ['weekdays', 'start_times'].slice(1))).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a removed timetable', () => {
  test('cancels its coming sessions but for those with bookings, and is not found any more', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const type = await offerClass(world);
    const group = await add(type.id, { practitionerId });
    const [first, second] = (await sessionsOf(group)) as [Session, Session];
    await book(world, second);
    await remove(group);
    expect((await sessionsOf(group)).map(({ id }) => id)).toEqual([second.id]);
    await expect(schedule(world, type.id, { practitionerId, startTime: first.startTime })).resolves.toBeDefined();
    await expect(remove(group)).rejects.toMatchObject({ kind: 'not_found' });
    expect((await world.sessionTypes.getSessionType({ id: type.id }, world.staff)).recurrenceGroups).toEqual([]);
    const archived = await world.recurrenceGroups.listRecurrenceGroups(
      { ...none, sessionTypeId: [type.id], archived: true },
      world.staff,
    );
    expect(archived.data.map(({ id }) => id)).toEqual([group.id]);
  });
});

describe('a timetable without an end', () => {
  test('has a year of sessions at once, and gets each new day\u2019s when it comes into reach', async () => {
    const [practitionerId = ''] = await hire(world, 1);
    const [roomId = ''] = await build(world, 1);
    const type = await offerClass(world);
    const group = await add(type.id, { practitionerId, roomId, recurrenceStart: null, recurrenceEnd: null });
    const lastOf = async () =>
      (
        await sql.run<{ last: string; start: Date; count: string }>(
          `select max(start_time)::date::text as last, max(start_time) as start, count(*) from sessions where recurrence_group_id = $1 and start_time > lido_now()`,
          [group.id],
        )
      )[0];
    const made = await lastOf();
    expect(made?.last).toBe(dayAhead(366));
    expect(Number(made?.count)).toBeGreaterThanOrEqual(366);
    await sql.run(
      `delete from sessions where recurrence_group_id = $1 and start_time > lido_now() + interval '360 days'`,
      [group.id],
    );
    await sql.run(
      `update claims set active = false where resource_id = any ($1) and lower(during) > lido_now() + interval '360 days'`,
      [[practitionerId, roomId]],
    );
    await sql.run('update recurrence_groups set generated_until = $2 where id = $1', [group.id, dayAhead(360)]);
    const extend = () => extendTimetables({ db, clock: { nowMs: Date.now }, log: telemetry.log });
    expect(await extend()).toBe(1);
    expect(await lastOf()).toMatchObject({ last: dayAhead(366) });
    const again = await lastOf();
    expect(await extend()).toBe(0);
    expect(await lastOf()).toEqual(again);
    await expect(
      schedule(world, type.id, { practitionerId, startTime: again?.start.toISOString() ?? '' }),
    ).rejects.toMatchObject({ reason: 'already_taken' });
  });
});
