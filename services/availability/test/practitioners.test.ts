import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppointmentTagServiceService } from '@lido/proto/lido/availability/v1/appointment_tag.ts';
import type { Practitioner } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { ZoneServiceService } from '@lido/proto/lido/availability/v1/zone.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { staff as staffWith } from '../../../test/support/callers.ts';
import { blankPractitioner, blankRota, hire, offer } from '../../../test/support/offerings.ts';
import { offerClass, schedule } from './classes.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);

const person = (name: string, extra: Partial<Practitioner> = {}): Practitioner => ({
  ...blankPractitioner,
  siteIds: [world.siteId],
  name,
  ...extra,
});
const add = (name: string, extra: Partial<Practitioner> = {}) =>
  world.practitioners.createPractitioner(person(name, extra), world.staff);
const change = (id: string, updateMask: string[], values: Partial<Practitioner> = {}) =>
  world.practitioners.updatePractitioner({ id, practitioner: person('Ignored', values), updateMask }, world.staff);
const tag = async (name: string) => {
  const request = { parentId: world.staff.principal.organisationId, tag: { id: '', organisationId: '', name } };
  return (await world.peer(AppointmentTagServiceService).createOrganisationAppointmentTag(request, world.staff)).id;
};
const namesAt = async (siteId: string[], staff = world.staff) =>
  (await world.practitioners.listPractitioners({ siteId, zoneId: [], perPage: 100 }, staff)).data.map(
    ({ name }) => name,
  );

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('a practitioner', () => {
  test('keeps every field that was sent', async () => {
    const [senior, massage] = [await tag('Senior'), await tag('Massage')];
    const fields = {
      tagIds: [senior],
      canOfferTags: [massage],
      gender: 'female',
      schedulingWeekIntervalStart: '2026-01-05',
      schedulingWeekInterval: 4,
    };
    const { id } = await add('Every field', fields);
    expect(await world.practitioners.getPractitioner({ id }, world.staff)).toMatchObject({
      ...fields,
      id,
      name: 'Every field',
      siteIds: [world.siteId],
      organisationId: world.staff.principal.organisationId,
    });
  });

  test('is changed by what the body carries: a value sets, null clears, and the rest stays', async () => {
    const [a, b, c] = [await tag('A'), await tag('B'), await tag('C')];
    const { id } = await add('Changes', { gender: 'male', tagIds: [a], schedulingWeekInterval: 2 });
    expect(await change(id, ['name', 'tag_ids'], { name: 'Changed', tagIds: [b, c] })).toMatchObject({
      name: 'Changed',
      tagIds: [b, c],
      gender: 'male',
      schedulingWeekInterval: 2,
    });
    const cleared = await change(id, ['gender', 'tag_ids', 'scheduling_week_interval'], { tagIds: [] });
    expect(cleared).toMatchObject({ name: 'Changed', tagIds: [], gender: null, schedulingWeekInterval: null });
  });

  test('is in zones of its sites, which lists can be asked for; zones of other sites are refused', async () => {
    const { site, staff } = await world.openSite();
    const zoneAt = async (siteId: string) =>
      (await world.peer(ZoneServiceService).createZone({ id: '', organisationId: '', siteId, name: 'Upstairs' }, staff))
        .id;
    const [here, there] = [await zoneAt(world.siteId), await zoneAt(site.id)];
    const { id, zones } = await add('Zoned', { zoneIds: [here] });
    expect(zones).toMatchObject([{ id: here, name: 'Upstairs', siteId: world.siteId }]);
    const inZone = { siteId: [], zoneId: [here] };
    expect((await world.practitioners.listPractitioners(inZone, world.staff)).data.map((one) => one.id)).toEqual([id]);
    await expect(change(id, ['zone_ids'], { zoneIds: [there] })).rejects.toMatchObject({
      fields: { zone_ids: [`There is no ${there} here.`] },
    });
    expect(await change(id, ['zone_ids'], { zoneIds: [] })).toMatchObject({ zoneIds: [], zones: [] });
  });

  test('is not found once removed', async () => {
    const { id } = await add('Removed');
    await world.practitioners.deletePractitioner({ id }, world.staff);
    await expect(world.practitioners.getPractitioner({ id }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('may say its first week with a date-time, of which the date counts', async () => {
    const { schedulingWeekIntervalStart } = await add('From', {
      schedulingWeekIntervalStart: '2019-12-30T00:00:00.000Z',
    });
    expect(schedulingWeekIntervalStart).toBe('2019-12-30');
  });

  test('gives new rotas its cycle, and all its rotas the week they count from', async () => {
    const even = { schedulingWeekInterval: 2, schedulingWeekIntervalStart: date };
    const { id } = await add('Every other week', even);
    const rota = { ...blankRota, practitionerId: id, schedulingWeekInterval: null };
    expect(await world.rotas.createPractitionerRota(rota, world.staff)).toMatchObject({ schedulingWeekInterval: 2 });
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const [thisWeek, nextWeek] = [await slotsOn(type.id, date), await slotsOn(type.id, addDays(date, 7))];
    expect([thisWeek, nextWeek]).toEqual([15, 0]);
    await change(id, ['scheduling_week_interval_start'], { schedulingWeekIntervalStart: addDays(date, 7) });
    expect([await slotsOn(type.id, date), await slotsOn(type.id, addDays(date, 7))]).toEqual([0, 15]);
  });

  test('who leaves a site can not be booked there any more, at once', async () => {
    const { site, staff } = await world.openSite();
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    expect(await slotsOn(type.id, date)).toBe(15);
    await world.practitioners.updatePractitioner(
      { id, practitioner: person('Moves', { siteIds: [site.id] }), updateMask: ['site_ids'] },
      staff,
    );
    expect(await slotsOn(type.id, date)).toBe(0);
  });

  test('who is booked ahead at a site stays there, and may leave others', async () => {
    const { site, staff } = await world.openSite();
    const both = [world.siteId, site.id];
    const { id } = await world.practitioners.createPractitioner(person('Booked', { siteIds: both }), staff);
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { practitionerId: id });
    const moveTo = (siteIds: string[]) =>
      world.practitioners.updatePractitioner(
        { id, practitioner: person('Booked', { siteIds }), updateMask: ['site_ids'] },
        staff,
      );
    await expect(moveTo([site.id])).rejects.toMatchObject({ kind: 'state_conflict', reason: 'bookings_ahead' });
    expect((await moveTo([world.siteId])).siteIds).toEqual([world.siteId]);
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    expect((await moveTo([site.id])).siteIds).toEqual([site.id]);
  });
});

test('who is removed leaves the types that list others too, which can still be changed, but is kept as the last one of a type', async () => {
  const [first = '', second = ''] = await hire(world, 2);
  const type = await offer(world, { practitionerIds: [first, second], roomIds: [] }, { name: 'Wrap' });
  await world.practitioners.deletePractitioner({ id: first }, world.staff);
  const renamed = { id: type.id, appointmentType: { ...type, name: 'Seaweed wrap' }, updateMask: ['name'] };
  expect(await world.types.updateAppointmentType(renamed, world.staff)).toMatchObject({
    name: 'Seaweed wrap',
    practitionerIds: [second],
  });
  await expect(world.practitioners.deletePractitioner({ id: second }, world.staff)).rejects.toMatchObject({
    reason: 'last_practitioner',
    message: expect.stringContaining('Seaweed wrap'),
  });
});

test('whose new sites are none or unknown is refused by that field, as when added', async () => {
  const { id } = await add('Rooted');
  for (const siteIds of [[], ['nowhere'], [world.siteId, 'nowhere']]) {
    const refusal = { kind: 'invalid', fields: { site_ids: [expect.any(String)] } };
    await expect(add('Rootless', { siteIds })).rejects.toMatchObject(refusal);
    await expect(change(id, ['site_ids'], { siteIds })).rejects.toMatchObject(refusal);
  }
  expect(await namesAt([world.siteId])).toContain('Rooted');
});

describe("a site's order", () => {
  test('is each site its own, moves who is named to the front and leaves nobody out', async () => {
    const { site, staff } = await world.openSite();
    const both = { siteIds: [site.id, world.siteId] };
    const ids: string[] = [];
    for (const name of ['Order A', 'Order B', 'Order C'])
      ids.push((await world.practitioners.createPractitioner(person(name, both), staff)).id);
    const [a = '', b = '', c = ''] = ids;
    expect(await namesAt([site.id], staff)).toEqual(['Order A', 'Order B', 'Order C']);

    const order = { siteId: site.id, practitionerIds: [c, a] };
    const { data } = await world.practitioners.updatePractitionerOrder(order, staff);
    expect(data.map(({ id }) => id)).toEqual([c, a, b]);
    const listed = await world.practitioners.listPractitionerOrder({ siteId: site.id }, staff);
    expect(listed.data.map(({ id }) => id)).toEqual([c, a, b]);
    expect(await namesAt([site.id], staff)).toEqual(['Order C', 'Order A', 'Order B']);
    const elsewhere = (await namesAt([world.siteId])).filter((name) => name.startsWith('Order'));
    expect(elsewhere).toEqual(['Order A', 'Order B', 'Order C']);

    await world.practitioners.createPractitioner(person('Order 0', both), staff);
    expect(await namesAt([site.id], staff)).toEqual(['Order C', 'Order A', 'Order B', 'Order 0']);
  });

  test('is paged in that order', async () => {
    const { site, staff } = await world.openSite();
    const ids: string[] = [];
    for (const name of ['Page A', 'Page B', 'Page C'])
      ids.push((await world.practitioners.createPractitioner(person(name, { siteIds: [site.id] }), staff)).id);
    await world.practitioners.updatePractitionerOrder({ siteId: site.id, practitionerIds: ids.toReversed() }, staff);
    const request = { siteId: [site.id], zoneId: [], query: 'page', page: 2, perPage: 2 };
    const { data, page } = await world.practitioners.listPractitioners(request, staff);
    expect([data.map(({ name }) => name), page]).toEqual([['Page A'], { page: 2, perPage: 2, total: 3 }]);
  });

  test('refuses who does not work there, who is named twice and a hidden site, by field', async () => {
    const { site, staff } = await world.openSite();
    const [stranger = ''] = await hire(world, 1);
    const order = (siteId: string, practitionerIds: string[], caller = staff) =>
      world.practitioners.updatePractitionerOrder({ siteId, practitionerIds }, caller);
    await expect(order(site.id, [stranger])).rejects.toMatchObject({
      fields: { practitioner_ids: [`There is no ${stranger} here.`] },
    });
    const twice = [stranger, stranger];
    await expect(order(world.siteId, twice)).rejects.toMatchObject({
      fields: { practitioner_ids: ['Each id can be listed only once.'] },
    });
    await expect(order(site.id, [], world.stranger)).rejects.toMatchObject({
      fields: { site_id: [`There is no site ${site.id}.`] },
    });
    await expect(world.practitioners.listPractitionerOrder({ siteId: site.id }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('is changed by who manages schedules only', async () => {
    const { organisationId } = world.staff.principal;
    const viewer = staffWith({ organisationId, brandId: world.brandId }, [world.siteId], {
      held: ['reservations.view'],
    });
    const request = { siteId: world.siteId, practitionerIds: [] };
    await expect(world.practitioners.updatePractitionerOrder(request, viewer)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    expect(await world.practitioners.listPractitionerOrder({ siteId: world.siteId }, viewer)).toBeDefined();
  });
});

describe('a copy', () => {
  test('has the rotas and tags of the practitioner but for what the body carries, and a life of its own', async () => {
    const [id = ''] = await hire(world, 1);
    const senior = await tag('Experienced');
    await change(id, ['tag_ids', 'gender'], { tagIds: [senior], gender: 'female' });
    const practitioner = person('Twin', { gender: null });
    const copied = await world.practitioners.copyPractitioner(
      { id, practitioner, updateMask: ['name', 'gender'] },
      world.staff,
    );
    expect(copied).toMatchObject({ name: 'Twin', tagIds: [senior], gender: null, siteIds: [world.siteId] });
    expect(copied.id).not.toBe(id);
    const rotasOf = async (practitionerId: string) =>
      (await world.rotas.listPractitionerRotas({ siteId: [], practitionerId: [practitionerId] }, world.staff)).data;
    const [rota] = await rotasOf(copied.id);
    expect(rota).toMatchObject({ practitionerId: copied.id, availabilityRules: blankRota.availabilityRules });
    await world.rotas.deletePractitionerRota({ id: rota?.id ?? '' }, world.staff);
    expect(await rotasOf(id)).toHaveLength(1);
  });

  test('at another site works at its own sites', async () => {
    const { site, staff } = await world.openSite();
    const [id = ''] = await hire(world, 1);
    const copied = await world.practitioners.copyPractitioner(
      { id, practitioner: person('There', { siteIds: [site.id] }), updateMask: ['name', 'site_ids'] },
      staff,
    );
    const { data } = await world.rotas.listPractitionerRotas({ siteId: [], practitionerId: [copied.id] }, staff);
    expect(data[0]?.siteIds).toEqual([site.id]);
  });

  test('of somebody hidden is not found, and nobody copies without the permission', async () => {
    const [id = ''] = await hire(world, 1);
    const request = { id, practitioner: person('Nobody'), updateMask: [] };
    await expect(world.practitioners.copyPractitioner(request, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('rotas of a practitioner', () => {
  test('are listed and added below them', async () => {
    const { id } = await add('Below');
    const rota = { ...blankRota, practitionerId: id, startDate: '2026-03-02', endDate: '2026-03-29' };
    const made = await world.rotas.createRotaOfPractitioner(rota, world.staff);
    expect(made).toMatchObject({ practitionerId: id, siteIds: [world.siteId], startDate: '2026-03-02' });
    const { data, page } = await world.rotas.listRotasOfPractitioner({ parentId: id }, world.staff);
    expect([data.map((one) => one.id), page?.total]).toEqual([[made.id], 1]);
  });

  test('of somebody hidden are not found below them, and are a bad field in a body', async () => {
    const { id } = await add('Hidden');
    const rota = { ...blankRota, practitionerId: id };
    const missing = { kind: 'not_found' };
    await expect(world.rotas.listRotasOfPractitioner({ parentId: id }, world.stranger)).rejects.toMatchObject(missing);
    await expect(world.rotas.createRotaOfPractitioner(rota, world.stranger)).rejects.toMatchObject(missing);
    await expect(world.rotas.createPractitionerRota(rota, world.stranger)).rejects.toMatchObject({
      fields: { practitioner_id: [`There is no practitioner ${id}.`] },
    });
  });
});

async function slotsOn(appointmentTypeId: string, day: string): Promise<number> {
  const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const question = { siteId: world.siteId, appointmentTypeId, dateFrom: day, dateTo: day, ...nothing };
  return (await world.shop.getAppointmentAvailability(question, world.anybody)).data.length;
}
