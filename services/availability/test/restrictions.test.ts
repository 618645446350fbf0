import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AppointmentRestriction,
  AppointmentRestrictionServiceService,
} from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankPractitioner, hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { type Replica, startReplica } from './replica.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let replica: Replica;
let restrictions: Peer<typeof AppointmentRestrictionServiceService>;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);

const blank: AppointmentRestriction = {
  id: '',
  type: 'APPOINTMENT_RESTRICTION_TYPE_CANNOT_OFFER',
  appliesToType: 'RESTRICTED_APPOINTMENTS_SPECIFIC',
  appointmentTypeIds: [],
  appointmentTypes: [],
  categoryIds: [],
  categories: [],
};
const restrict = (parentId: string, restriction: Partial<AppointmentRestriction>, staff = world.staff) =>
  restrictions.createPractitionerAppointmentRestriction({ parentId, restriction: { ...blank, ...restriction } }, staff);
const change = (parentId: string, id: string, updateMask: string[], values: Partial<AppointmentRestriction>) =>
  restrictions.updatePractitionerAppointmentRestriction(
    { parentId, id, restriction: { ...blank, ...values }, updateMask },
    world.staff,
  );
const maximum = (appointmentTypeId: string, maxDuration: number): Partial<AppointmentRestriction> => ({
  type: 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION',
  appointmentTypeIds: [appointmentTypeId],
  maxDuration,
});

/** The starts of a day that a type can be booked at. */
async function startsOf(appointmentTypeId: string, day = date): Promise<string[]> {
  const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const question = { siteId: world.siteId, appointmentTypeId, dateFrom: day, dateTo: day, ...nothing };
  return (await world.shop.getAppointmentAvailability(question, world.anybody)).data.map(({ startTime }) => startTime);
}

const hold = (items: ReturnType<typeof itemAt>[], { bookings } = world as Pick<World, 'bookings'>, skipRules = false) =>
  bookings.hold(
    {
      orderId: orderId(),
      siteId: world.siteId,
      customerId: null,
      items,
      holdMinutes: 10,
      skipRules,
      isOnline: !skipRules,
    },
    world.staff,
  );

beforeAll(async () => {
  world = await startWorld();
  replica = await startReplica(world);
  restrictions = world.peer(AppointmentRestrictionServiceService);
});
afterAll(async () => {
  await replica.stop();
  await world.stop();
});

describe('a restriction', () => {
  test('is kept with every field, shown with its practitioner, changed by mask and removed', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] }, { name: 'Deep tissue' });
    const made = await restrict(id, {
      ...maximum(type.id, 120),
      dateFrom: '2030-06-20T00:00:00.000Z',
      dateTo: '2030-06-25',
    });
    expect(made).toMatchObject({
      type: 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION',
      appointmentTypes: [{ id: type.id, name: 'Deep tissue' }],
      dateFrom: '2030-06-20',
      dateTo: '2030-06-25',
      maxDuration: 120,
    });
    const { data, page } = await restrictions.listPractitionerAppointmentRestrictions({ parentId: id }, world.staff);
    expect([data, page?.total]).toEqual([[made], 1]);
    expect((await world.practitioners.getPractitioner({ id }, world.staff)).appointmentRestrictions).toEqual([made]);

    const changed = await change(id, made.id, ['date_to', 'max_duration'], { dateTo: null, maxDuration: 60 });
    expect(changed).toEqual({ ...made, dateTo: null, maxDuration: 60 });
    const one = { parentId: id, id: made.id };
    expect(await restrictions.getPractitionerAppointmentRestriction(one, world.staff)).toEqual(changed);
    await restrictions.deletePractitionerAppointmentRestriction(one, world.staff);
    await expect(restrictions.getPractitionerAppointmentRestriction(one, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect((await world.practitioners.getPractitioner({ id }, world.staff)).appointmentRestrictions).toEqual([]);
  });

  test('is part of its practitioner’s own body, whose list replaces what was there, and of their copy', async () => {
    const ids: string[] = [];
    for (const name of ['Stones', 'Facial'])
      ids.push((await offer(world, { practitionerIds: [], roomIds: [] }, { name })).id);
    const [stones = '', facial = ''] = ids;
    const body = (...appointmentRestrictions: AppointmentRestriction[]) => ({
      ...blankPractitioner,
      ...{ siteIds: [world.siteId], name: 'Restricted', appointmentRestrictions },
    });
    const made = await world.practitioners.createPractitioner(
      body({ ...blank, appointmentTypeIds: [stones] }, { ...blank, ...maximum(facial, 60) }),
      world.staff,
    );
    const { id, appointmentRestrictions } = made;
    expect(appointmentRestrictions.map(({ appointmentTypes }) => appointmentTypes[0]?.name)).toEqual([
      ...['Stones', 'Facial'],
    ]);
    const { data } = await restrictions.listPractitionerAppointmentRestrictions({ parentId: id }, world.staff);
    expect(data).toEqual(appointmentRestrictions);

    const kept = { ...(data[1] as AppointmentRestriction), maxDuration: 90 };
    const updateMask = ['appointment_restrictions'];
    const changed = { id, practitioner: body(kept), updateMask };
    expect(await world.practitioners.updatePractitioner(changed, world.staff)).toMatchObject({
      appointmentRestrictions: [kept],
    });
    await expect(
      world.practitioners.updatePractitioner({ ...changed, practitioner: body(blank) }, world.staff),
    ).rejects.toMatchObject({
      fields: { 'appointment_restrictions.0.appointment_type_ids': [expect.any(String)] },
    });

    const copyWith = (mask: string[]) =>
      world.practitioners.copyPractitioner({ id, practitioner: body(), updateMask: mask }, world.staff);
    expect((await copyWith(['name'])).appointmentRestrictions).toMatchObject([{ maxDuration: 90 }]);
    expect((await copyWith(['name', ...updateMask])).appointmentRestrictions).toEqual([]);
  });

  test('that is not whole or names what is not there is refused by field, and a change may not make it so', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await expect(restrict(id, { appointmentTypeIds: ['nothing'] })).rejects.toMatchObject({
      fields: { appointment_type_ids: ['There is no nothing here.'] },
    });
    const appliesToType = 'RESTRICTED_APPOINTMENTS_CATEGORIES';
    await expect(restrict(id, { appliesToType, categoryIds: ['nothing'] })).rejects.toMatchObject({
      fields: { category_ids: ['There is no nothing here.'] },
    });
    const made = await restrict(id, { appointmentTypeIds: [type.id] });
    const toMaximum = { type: 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION' } as const;
    await expect(change(id, made.id, ['type'], toMaximum)).rejects.toMatchObject({
      fields: { max_duration: [expect.any(String)] },
    });
  });

  test('of a hidden practitioner, and of another one, is not found', async () => {
    const [id = '', other = ''] = await hire(world, 2);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await restrict(id, { appointmentTypeIds: [type.id] });
    const missing = { kind: 'not_found' };
    await expect(restrict(id, { appointmentTypeIds: [type.id] }, world.stranger)).rejects.toMatchObject(missing);
    await expect(
      restrictions.getPractitionerAppointmentRestriction({ parentId: other, id: made.id }, world.staff),
    ).rejects.toMatchObject(missing);
  });

  test('goes with a copy of the practitioner', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await restrict(id, { appointmentTypeIds: [type.id] });
    const practitioner = { ...blankPractitioner, siteIds: [world.siteId], name: 'Twin' };
    const request = { id, practitioner, updateMask: ['name'] };
    const copied = await world.practitioners.copyPractitioner(request, world.staff);
    expect(copied.appointmentRestrictions).toMatchObject([{ appointmentTypeIds: [type.id] }]);
  });
});

describe('what a practitioner can not offer', () => {
  test('is not offered from the first date to the last, both included, and at once', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const days = [-1, 0, 1, 2].map((days) => addDays(date, days));
    const made = await restrict(id, { appointmentTypeIds: [type.id], dateFrom: date, dateTo: addDays(date, 1) });
    const counts = async () => Promise.all(days.map(async (day) => (await startsOf(type.id, day)).length));
    expect(await counts()).toEqual([15, 0, 0, 15]);
    await restrictions.deletePractitionerAppointmentRestriction({ parentId: id, id: made.id }, world.staff);
    expect(await counts()).toEqual([15, 15, 15, 15]);
  });

  test('may be whole categories, and then whatever is put in them', async () => {
    const [id = ''] = await hire(world, 1);
    const request = {
      parentId: world.staff.principal.organisationId,
      category: { id: '', organisationId: '', name: 'Face', voucherApplicable: false },
    };
    const face = await world.peer(CategoryServiceService).createOrganisationCategory(request, world.staff);
    const inside = await offer(world, { practitionerIds: [id], roomIds: [] }, { categoryIds: [face.id] });
    const outside = await offer(world, { practitionerIds: [id], roomIds: [] });
    const made = await restrict(id, { appliesToType: 'RESTRICTED_APPOINTMENTS_CATEGORIES', categoryIds: [face.id] });
    expect(made.categories).toMatchObject([{ id: face.id, name: 'Face' }]);
    expect([(await startsOf(inside.id)).length, (await startsOf(outside.id)).length]).toEqual([0, 15]);
    const { parentId } = request;
    const removal = () =>
      world.peer(CategoryServiceService).deleteOrganisationCategory({ parentId, id: face.id }, world.staff);
    const { name } = await world.practitioners.getPractitioner({ id }, world.staff);
    await expect(removal()).rejects.toMatchObject({
      ...{ kind: 'state_conflict', reason: 'category_limits' },
      message: expect.stringContaining(name),
    });
    expect(await startsOf(inside.id)).toEqual([]);
    await restrictions.deletePractitionerAppointmentRestriction({ parentId: id, id: made.id }, world.staff);
    await removal();
    expect(await startsOf(inside.id)).toHaveLength(15);
  });
});

describe('a daily maximum', () => {
  test('counts what is held that day: at the limit nothing more is offered or taken, on other days it is', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await restrict(id, maximum(type.id, 120));
    const [nine = '', , ten = ''] = await startsOf(type.id);
    await hold([itemAt(type.id, nine)]);
    expect(await startsOf(type.id)).not.toEqual([]);
    await hold([itemAt(type.id, ten)]);
    expect(await startsOf(type.id)).toEqual([]);
    expect((await startsOf(type.id, addDays(date, 1))).length).toBe(15);
    await expect(hold([itemAt(type.id, inLondon(date, '14:00'))])).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: { blocked_by: ['no_practitioners_available'] },
    });
  });

  test('holds for the items of one request together', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await restrict(id, maximum(type.id, 60));
    const items = ['10:00', '13:00'].map((time) => itemAt(type.id, `${date}T${time}:00Z`));
    await expect(hold(items)).rejects.toMatchObject({ reason: 'already_taken' });
    expect((await startsOf(type.id)).length).toBe(15);
  });

  test('leaves the move of what it counts alone', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await restrict(id, maximum(type.id, 60));
    const item = itemAt(type.id, inLondon(date, '10:00'));
    const request = {
      orderId: orderId(),
      siteId: world.siteId,
      customerId: null,
      holdMinutes: 10,
      skipRules: false,
      isOnline: true,
    };
    await world.bookings.hold({ ...request, items: [item] }, world.staff);
    const moved = { ...item, startTime: inLondon(date, '15:00') };
    const { items } = await world.bookings.hold({ ...request, items: [moved] }, world.staff);
    expect(items[0]?.bookingSummary?.startTime).toContain('T15:00');
  });

  test('does not bind staff who skip the rules', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    await restrict(id, maximum(type.id, 0));
    expect(await startsOf(type.id)).toEqual([]);
    const at = itemAt(type.id, inLondon(date, '10:00'));
    await expect(hold([at])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold([at], world, true)).resolves.toBeDefined();
  });

  test('is kept when two processes hold different times of the same day at once', async () => {
    for (let round = 0; round < 6; round++) {
      const [id = ''] = await hire(world, 1);
      const type = await offer(world, { practitionerIds: [id], roomIds: [] });
      await restrict(id, maximum(type.id, 120));
      const times = ['09:00', '10:30', '12:00', '13:30', '15:00', '16:00'];
      const tries = times.map((time, index) =>
        hold([itemAt(type.id, `${date}T${time}:00Z`)], index % 2 === 0 ? world : replica).then(
          () => 'held' as const,
          (error: { reason?: string }) => error.reason,
        ),
      );
      expect((await Promise.all(tries)).toSorted()).toEqual([
        ...Array<string>(4).fill('already_taken'),
        'held',
        'held',
      ]);
    }
  });

  test('of one practitioner costs nobody else a hold at the same moment', async () => {
    const [limited = '', ...others] = await hire(world, 9);
    const type = await offer(world, { practitionerIds: others, roomIds: [] });
    await restrict(limited, maximum(type.id, 60));
    const tries = others.map((_, index) =>
      hold([itemAt(type.id, inLondon(date, '10:00'))], index % 2 === 0 ? world : replica),
    );
    await expect(Promise.all(tries)).resolves.toHaveLength(8);
  });
});
