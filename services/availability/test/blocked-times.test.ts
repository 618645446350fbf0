import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BlockedTimeInput, BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { BlockedTimePresetServiceService } from '@lido/proto/lido/availability/v1/blocked_time_preset.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { staff as staffWith, type TestCaller } from '../../../test/support/callers.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { dig } from '../../../test/support/areas.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let blocks: Peer<typeof BlockedTimeServiceService>;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
const at = (time: string, day = date): string => `${day}T${time}:00Z`;

const input = (values: Partial<BlockedTimeInput>): BlockedTimeInput => ({
  ...{ practitionerIds: [], roomIds: [], areaIds: [], recurrence: null },
  startTime: at('10:00'),
  endTime: at('12:00'),
  ...values,
});
const block = (values: Partial<BlockedTimeInput>, staff = world.staff) =>
  blocks.createBlockedTime({ blockedTime: input(values) }, staff);
const change = (id: string, updateMask: string[], values: Partial<BlockedTimeInput>, staff = world.staff) =>
  blocks.updateBlockedTime({ id, blockedTime: input(values), updateMask }, staff);
const list = async (values: object = {}) =>
  (
    await blocks.listBlockedTimes(
      {
        siteId: [world.siteId],
        dateFrom: date,
        dateTo: date,
        practitionerId: [],
        roomId: [],
        areaId: [],
        perPage: 100,
        ...values,
      },
      world.staff,
    )
  ).data;
const startsOf = async (appointmentTypeId: string, day = date) => {
  const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const question = { siteId: world.siteId, appointmentTypeId, dateFrom: day, dateTo: day, ...nothing };
  return (await world.shop.getAppointmentAvailability(question, world.anybody)).data.map(({ startTime }) =>
    startTime.slice(11, 16),
  );
};
const hold = (typeId: string, time: string, order = orderId()) =>
  world.bookings.hold(
    {
      ...{ orderId: order, siteId: world.siteId, customerId: null, items: [itemAt(typeId, at(time))] },
      ...{ holdMinutes: 10, skipRules: false, isOnline: true },
    },
    world.staff,
  );
const holding = (...held: string[]): TestCaller =>
  staffWith({ organisationId: world.staff.principal.organisationId, brandId: world.brandId }, [world.siteId], { held });

async function read<Row>(sql: string, values: unknown[]): Promise<Row[]> {
  const orm = await MikroORM.init({
    clientUrl: world.database,
    entities: [],
    discovery: { warnWhenNoEntities: false },
  });
  try {
    return await orm.em.execute<Row[]>(sql, values);
  } finally {
    await orm.close(true);
  }
}

beforeAll(async () => {
  world = await startWorld();
  blocks = world.peer(BlockedTimeServiceService);
});
afterAll(() => world.stop());

describe('blocked time', () => {
  test('is kept with every field and the names of its resources, and listed where it touches the dates', async () => {
    const [practitioner = ''] = await hire(world, 1);
    const [room = ''] = await build(world, 1);
    const fields = { label: 'Stock', notes: 'Count the towels.', color: '#aa0055' };
    const type = 'BLOCKED_TIME_TYPE_MEETING' as const;
    const window = { startTime: at('22:00'), endTime: at('02:00', addDays(date, 1)) };
    const made = await block({ practitionerIds: [practitioner], roomIds: [room, room], type, ...fields, ...window });
    expect(made).toMatchObject({
      ...fields,
      type,
      siteId: world.siteId,
      practitioners: [{ id: practitioner, name: 'Therapist 0' }],
      rooms: [{ id: room, name: 'Room 0' }],
      roomIds: [room],
      recurrenceId: null,
      recurrence: null,
      createdBy: { id: world.staff.principal.id, name: world.staff.principal.name },
      isSplit: false,
    });
    expect(await blocks.getBlockedTime({ id: made.id }, world.staff)).toEqual(made);
    const on = (day: string) => list({ dateFrom: day, dateTo: day, roomId: [room] });
    const days = [-1, 0, 1, 2].map((days) => addDays(date, days));
    expect((await Promise.all(days.map(on))).map(({ length }) => length)).toEqual([0, 1, 1, 0]);
    expect(await list({ practitionerId: [practitioner], type: 'BLOCKED_TIME_TYPE_BREAK' })).toEqual([]);
  });

  test('is not bookable, at once, until it is given back', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await block({ practitionerIds: [id], startTime: at('10:00'), endTime: at('16:00') });
    expect(await startsOf(type.id)).toEqual(['09:00', '16:00']);
    await expect(hold(type.id, '10:00')).rejects.toMatchObject({ reason: 'already_taken' });
    await blocks.deleteBlockedTime({ id: made.id }, world.staff);
    expect(await startsOf(type.id)).toHaveLength(15);
    await expect(blocks.getBlockedTime({ id: made.id }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(hold(type.id, '10:00')).resolves.toBeDefined();
  });

  test('of a room takes all its units', async () => {
    const [id = ''] = await hire(world, 1);
    const [room = ''] = await build(world, 1);
    const three = await world.rooms.getRoom({ id: room }, world.staff);
    await world.rooms.updateRoom({ id: room, room: { ...three, capacity: 3 }, updateMask: ['capacity'] }, world.staff);
    const type = await offer(world, { practitionerIds: [id], roomIds: [room] }, { allocateMultiCapacityRooms: true });
    await block({ roomIds: [room], startTime: at('09:00'), endTime: at('16:30') });
    expect(await startsOf(type.id)).toEqual([]);
  });

  test('conflicts with what is booked and says with what; nothing of it is kept', async () => {
    const [id = '', free = ''] = await hire(world, 2);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] }, { name: 'Deep tissue' });
    const order = orderId();
    await hold(type.id, '11:00', order);
    await expect(block({ practitionerIds: [free, id] })).rejects.toMatchObject({
      kind: 'state_conflict',
      reason: 'already_taken',
      metadata: {
        blocked_by: ['practitioner'],
        conflicts: [
          {
            code: 'appointment',
            message: expect.stringContaining('Deep tissue'),
            resource: { id, type: 'practitioner', name: 'Therapist 0' },
            order_id: order,
          },
        ],
      },
    });
    expect(await list({ practitionerId: [free] })).toEqual([]);
    await expect(block({ practitionerIds: [free] })).resolves.toBeDefined();
  });

  test('takes what is booked for who may override and asks for it, and that is written down', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const order = orderId();
    const { items } = await hold(type.id, '11:00', order);
    await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
    const wish = { practitionerIds: [id], override: true };
    await expect(block(wish, holding('reservations.manage'))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(block({ practitionerIds: [id] })).rejects.toMatchObject({ reason: 'already_taken' });
    const made = await block(wish);
    const [override] = await read<Record<string, unknown>>('select * from claim_overrides where taken_by = ?', [
      made.id,
    ]);
    expect(override).toMatchObject({
      resource_id: id,
      kind: 'practitioner',
      lost_by: items[0]?.itemId,
      actor: `staff:${world.staff.principal.id}`,
    });
    expect(await startsOf(type.id)).not.toContain('11:00');
    await blocks.deleteBlockedTime({ id: made.id }, world.staff);
    expect(await startsOf(type.id)).toContain('11:00');
  });

  test('is about somebody, and ends after it begins', async () => {
    await expect(block({})).rejects.toMatchObject({ fields: { practitioner_ids: [expect.any(String)] } });
    const [id = ''] = await hire(world, 1);
    await expect(block({ practitionerIds: [id], endTime: at('10:00') })).rejects.toMatchObject({
      fields: { end_time: ['The end must be after the start.'] },
    });
  });

  test('is of resources of one site that the caller manages', async () => {
    const { site, staff } = await world.openSite();
    const [here = ''] = await build(world, 1);
    const [there = ''] = await build({ ...world, staff, siteId: site.id }, 1);
    await expect(block({ roomIds: [here, there] }, staff)).rejects.toMatchObject({
      fields: { room_ids: [`There is no ${there} at this site.`] },
    });
    await expect(block({ roomIds: [here], siteId: site.id }, staff)).rejects.toMatchObject({
      fields: { room_ids: [`There is no ${here} at this site.`] },
    });
    await expect(block({ roomIds: ['nothing'] })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(block({ roomIds: [here] }, world.stranger)).rejects.toMatchObject({
      fields: { room_ids: [`There is no ${here} at this site.`] },
    });
    await expect(block({ roomIds: [here] }, holding('reservations.view'))).rejects.toMatchObject({ kind: 'forbidden' });
    const made = await block({ roomIds: [there] }, staff);
    expect(made.siteId).toBe(site.id);
    await expect(blocks.getBlockedTime({ id: made.id }, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('lists refuse dates in the wrong order', async () => {
    await expect(list({ dateTo: addDays(date, -1) })).rejects.toMatchObject({
      fields: { date_to: [expect.any(String)] },
    });
  });
});

describe('an update', () => {
  test('moves the time and what is claimed, clears what is null, and leaves the rest', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await block({ practitionerIds: [id], label: 'Lunch', notes: 'x' });
    const moved = await change(made.id, ['start_time', 'end_time', 'notes'], {
      startTime: at('09:00'),
      endTime: at('16:00'),
    });
    expect(moved).toMatchObject({ id: made.id, label: 'Lunch', notes: null, practitionerIds: [id], isSplit: false });
    expect(await startsOf(type.id)).toEqual(['16:00']);
    await expect(change(made.id, ['end_time'], { endTime: at('08:00') })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(change(made.id, ['practitioner_ids'], {})).rejects.toMatchObject({ kind: 'invalid' });
    await expect(change(made.id, [], {}, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('into what is booked is refused, and the block stays where it was', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await block({ practitionerIds: [id] });
    await hold(type.id, '14:00');
    await expect(change(made.id, ['end_time'], { endTime: at('14:30') })).rejects.toMatchObject({
      kind: 'state_conflict',
    });
    await expect(hold(type.id, '11:00')).rejects.toMatchObject({ reason: 'already_taken' });
    const taken = await change(made.id, ['end_time'], { endTime: at('14:30'), override: true });
    expect(taken.endTime).toContain('14:30');
  });

  test('puts one resource in the place of another', async () => {
    const [a = '', b = '', c = ''] = await hire(world, 3);
    const [room = '', other = ''] = await build(world, 2);
    const type = await offer(world, { practitionerIds: [a], roomIds: [] });
    const made = await block({ practitionerIds: [a, b], roomIds: [room] });
    const swap = { oldPractitionerId: a, newPractitionerId: c, oldRoomId: room, newRoomId: other };
    expect(await change(made.id, [], swap)).toMatchObject({ practitionerIds: [c, b], roomIds: [other] });
    expect(await startsOf(type.id)).toContain('10:30');
    await expect(change(made.id, [], { oldPractitionerId: a, newPractitionerId: b })).rejects.toMatchObject({
      fields: { old_practitioner_id: [`There is no ${a} here.`] },
    });
    await expect(change(made.id, [], { newRoomId: room })).rejects.toMatchObject({
      fields: { old_room_id: [expect.any(String)] },
    });
    await expect(change(made.id, [], { oldRoomId: other, newRoomId: 'nothing' })).rejects.toMatchObject({
      fields: { room_ids: ['There is no nothing at this site.'] },
    });
  });
});

describe('a recurrence', () => {
  const everyDay = (days: number) => ({ weekdays: [], dateFrom: null, dateTo: addDays(date, days - 1) });

  test('blocks the same wall time on each of its dates, all or nothing', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await block({
      practitionerIds: [id],
      startTime: at('09:00'),
      endTime: at('16:00'),
      recurrence: everyDay(3),
    });
    const all = await list({ practitionerId: [id], dateTo: addDays(date, 9) });
    expect(all.map((one) => [one.startTime.slice(0, 10), one.recurrenceId])).toEqual(
      [0, 1, 2].map((days) => [addDays(date, days), made.recurrenceId]),
    );
    expect([await startsOf(type.id, addDays(date, 2)), (await startsOf(type.id, addDays(date, 3))).length]).toEqual([
      ['16:00'],
      15,
    ]);
    const [other = ''] = await hire(world, 1);
    const later = { practitionerIds: [other, id], recurrence: { ...everyDay(9), dateFrom: addDays(date, 1) } };
    await expect(block(later)).rejects.toMatchObject({ metadata: { conflicts: [{ code: 'blocked_time' }, {}] } });
    expect(await list({ practitionerId: [other], dateTo: addDays(date, 9) })).toEqual([]);
  });

  test('lets one of it go its own way, with an id of its own', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await block({ practitionerIds: [id], startTime: at('09:00'), endTime: at('16:00'), recurrence: everyDay(3) });
    const [, second] = await list({ practitionerId: [id], dateTo: addDays(date, 9) });
    const day = addDays(date, 1);
    const split = await change(second?.id ?? '', ['start_time'], { startTime: at('12:00', day) });
    expect(split).toMatchObject({ isSplit: true, recurrenceId: null, recurrence: null, practitionerIds: [id] });
    expect(split.id).not.toBe(second?.id);
    expect(await startsOf(type.id, day)).toEqual(['09:00', '09:30', '10:00', '10:30', '11:00', '16:00']);
    expect(await startsOf(type.id, addDays(date, 2))).toEqual(['16:00']);
    await expect(blocks.getBlockedTime({ id: second?.id ?? '' }, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect((await change(split.id, ['label'], { label: 'Again' })).isSplit).toBe(false);
  });

  test('is given back from one of it on', async () => {
    const [id = ''] = await hire(world, 1);
    await block({ practitionerIds: [id], recurrence: everyDay(4) });
    const all = await list({ practitionerId: [id], dateTo: addDays(date, 9) });
    await blocks.deleteBlockedTime({ id: all[1]?.id ?? '', following: true }, world.staff);
    expect(await list({ practitionerId: [id], dateTo: addDays(date, 9) })).toEqual(all.slice(0, 1));
  });

  test('of a year of several rooms is taken at once', async () => {
    const rooms = await build(world, 6);
    const made = await block({ roomIds: rooms, recurrence: everyDay(350) });
    const [row] = await read<{ count: string }>(
      `select count(*) from claims c join blocked_times b on b.id = c.booking_id where c.active and b.recurrence_id = ?`,
      [made.recurrenceId],
    );
    expect(Number(row?.count)).toBe(6 * 350);
  });
});

describe('an area', () => {
  test('is blocked for everybody else, until somebody overrides that', async () => {
    const [area = ''] = await dig(world, 4);
    const made = await block({ areaIds: [area] });
    expect(made.areas).toMatchObject([{ id: area }]);
    await expect(block({ areaIds: [area], startTime: at('11:00'), label: 'Filters' })).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: { blocked_by: ['area'], conflicts: [{ code: 'blocked_time', resource: { id: area, type: 'area' } }] },
    });
    const over = await block({ areaIds: [area], startTime: at('11:00'), override: true });
    const overrides = await read<Record<string, unknown>>('select * from claim_overrides where taken_by = ?', [
      over.id,
    ]);
    expect(overrides).toMatchObject([{ kind: 'area', resource_id: area, lost_by: made.id }]);
    await blocks.deleteBlockedTime({ id: over.id }, world.staff);
    await expect(block({ areaIds: [area] })).resolves.toBeDefined();
  });
});

describe('a preset', () => {
  const blank = { id: '', organisationId: '', createdAt: '', updatedAt: '' };
  const add = (values: object) =>
    world
      .peer(BlockedTimePresetServiceService)
      .createBlockedTimePreset({ ...blank, siteId: world.siteId, name: 'Turn-over', ...values }, world.staff);

  test('is kept, listed by name, changed by mask and removed', async () => {
    const presets = world.peer(BlockedTimePresetServiceService);
    expect(await add({})).toMatchObject({ duration: 15, type: 'BLOCKED_TIME_TYPE_OTHER', label: null });
    const type = 'BLOCKED_TIME_TYPE_CLEANING' as const;
    const { id } = await add({ name: 'Deep clean', duration: 45, type, label: 'Clean', colour: 'aa0055' });
    const request = { siteId: [world.siteId], query: 'n' };
    const names = async () => (await presets.listBlockedTimePresets(request, world.staff)).data.map(({ name }) => name);
    expect(await names()).toEqual(['Deep clean', 'Turn-over']);
    const preset = { ...blank, siteId: 'elsewhere', name: 'Cleaning' };
    const updateMask = ['name', 'label', 'duration', 'site_id'];
    expect(await presets.updateBlockedTimePreset({ id, preset, updateMask }, world.staff)).toMatchObject({
      ...{ name: 'Cleaning', label: null, duration: 15, colour: 'aa0055', type, siteId: world.siteId },
    });
    expect(await presets.getBlockedTimePreset({ id }, world.staff)).toMatchObject({ name: 'Cleaning' });
    await presets.deleteBlockedTimePreset({ id }, world.staff);
    expect(await names()).toEqual(['Turn-over']);
    await expect(presets.getBlockedTimePreset({ id }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
