import type { PractitionerRota } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankPractitioner, blankRota } from '../../../test/support/offerings.ts';
import { holding, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const rule = (values: object = {}) => ({
  weekday: 'monday',
  timeFrom: '09:00',
  timeTo: '17:00',
  weekNum: 1,
  ...values,
});
const times = { startDate: '2030-01-07', endDate: '2030-12-29', schedulingWeekInterval: 2 };

async function add() {
  const person = { ...blankPractitioner, siteIds: [world.siteId], name: 'Therapist' };
  const { id: practitionerId } = await world.practitioners.createPractitioner(person, world.staff);
  const body = { ...blankRota, practitionerId, ...times, availabilityRules: [rule(), rule({ weekNum: 2 })] };
  const made = await world.rotas.createPractitionerRota(body, world.staff);
  const change = (updateMask: string[], values: Partial<PractitionerRota>, caller = world.staff) =>
    world.rotas.updatePractitionerRota({ id: made.id, practitionerRota: { ...body, ...values }, updateMask }, caller);
  return { made, one: { id: made.id }, change };
}

describe('a rota', () => {
  test('is read as it was made, and changes by what a body carries', async () => {
    const { made, one, change } = await add();
    expect(made).toMatchObject({
      ...times,
      siteIds: [world.siteId],
      availabilityRules: [rule(), rule({ weekNum: 2 })],
    });
    expect(await world.rotas.getPractitionerRota(one, world.staff)).toEqual(made);
    const later = { ...made, updatedAt: expect.any(String) };
    const fridays = [rule({ weekday: 'friday' })];
    const other = { availabilityRules: fridays, startDate: '2031-01-06', endDate: null };
    expect(await change(['availability_rules'], other)).toEqual({ ...later, availabilityRules: fridays });
    expect(
      await change(['end_date', 'scheduling_week_interval'], { schedulingWeekInterval: null, endDate: null }),
    ).toEqual({ ...later, availabilityRules: fridays, endDate: null, schedulingWeekInterval: 1 });
  });

  test('stays with its practitioner, at their sites', async () => {
    const [{ made, change }, { made: another }] = [await add(), await add()];
    const moved = { practitionerId: another.practitionerId, siteIds: ['elsewhere'] };
    expect(await change(['practitioner_id', 'site_ids'], moved)).toEqual({ ...made, updatedAt: expect.any(String) });
  });

  test.each<[string, Partial<PractitionerRota>]>([
    ['end_date', { endDate: '2030-01-06' }],
    ['availability_rules.1.weekday', { availabilityRules: [rule(), rule({ weekday: 'someday' })] }],
    ['availability_rules.0.time_to', { availabilityRules: [rule({ timeTo: '09:00' })] }],
    ['availability_rules.0.week_num', { availabilityRules: [rule({ weekNum: 3 })] }],
    ['availability_rules.1.week_num', { schedulingWeekInterval: 1 }],
  ])('refuses a wrong %s by its name, and stays as it is', async (field, values) => {
    const { made, one, change } = await add();
    const updateMask = ['end_date', 'availability_rules', 'scheduling_week_interval'];
    await expect(change(updateMask, values)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { [field]: [expect.any(String)] },
    });
    expect(await world.rotas.getPractitionerRota(one, world.staff)).toEqual(made);
  });

  test('is missing to another organisation, forbidden without the permission, and gone when removed', async () => {
    const { made, one, change } = await add();
    const { rotas, stranger, staff } = world;
    const missing = { kind: 'not_found' };
    await expect(rotas.getPractitionerRota(one, stranger)).rejects.toMatchObject(missing);
    await expect(change(['end_date'], { endDate: null }, stranger)).rejects.toMatchObject(missing);
    await expect(rotas.deletePractitionerRota(one, stranger)).rejects.toMatchObject(missing);
    const viewer = holding(world, 'reservations.view');
    expect(await rotas.getPractitionerRota(one, viewer)).toEqual(made);
    const forbidden = { kind: 'forbidden' };
    await expect(change(['end_date'], { endDate: null }, viewer)).rejects.toMatchObject(forbidden);
    await expect(rotas.deletePractitionerRota(one, viewer)).rejects.toMatchObject(forbidden);
    await rotas.deletePractitionerRota(one, staff);
    await expect(rotas.getPractitionerRota(one, staff)).rejects.toMatchObject(missing);
  });
});
