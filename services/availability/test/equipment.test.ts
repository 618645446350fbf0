import { type Equipment, EquipmentServiceService } from '@lido/proto/lido/availability/v1/equipment.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inLondon } from '../../../test/support/london.ts';
import { offer } from '../../../test/support/offerings.ts';
import { dayAhead, holdFor } from './classes.ts';
import { itemAt } from './offers.ts';
import { holding, startWorld, type World } from './world.ts';

let world: World;
let equipment: Peer<typeof EquipmentServiceService>;

beforeAll(async () => {
  world = await startWorld();
  equipment = world.peer(EquipmentServiceService);
});
afterAll(() => world.stop());

const blank = (values: Partial<Equipment>): Equipment => {
  const outputs = { id: '', organisationId: '', createdAt: '', updatedAt: '' };
  return { ...outputs, siteId: world.siteId, name: 'Stones', ...values };
};
const add = (values: Partial<Equipment> = {}) => equipment.createEquipment(blank(values), world.staff);
const missing = { kind: 'not_found' };

describe('equipment', () => {
  test('is one piece unless told otherwise, listed by name, found by a part of it, and gone when removed', async () => {
    const [wide, narrow] = [await add({ name: 'Wide lamp' }), await add({ name: 'Narrow lamp', quantity: 3 })];
    expect([wide.quantity, narrow.quantity]).toEqual([1, 3]);
    const list = async () => (await equipment.listEquipmentItems({ siteId: [], query: 'LAMP' }, world.staff)).data;
    expect(await list()).toEqual([narrow, wide]);
    expect(await equipment.getEquipment({ id: wide.id }, world.staff)).toEqual(wide);
    await equipment.deleteEquipment({ id: narrow.id }, world.staff);
    expect(await list()).toEqual([wide]);
    await expect(equipment.deleteEquipment({ id: narrow.id }, world.staff)).rejects.toMatchObject(missing);
  });

  test('changes by what a body carries, and never its site', async () => {
    const made = await add({ quantity: 4 });
    const change = (updateMask: string[], values: Partial<Equipment>) =>
      equipment.updateEquipment({ id: made.id, equipment: blank(values), updateMask }, world.staff);
    const renamed = { ...made, name: 'Hot stones', updatedAt: expect.any(String) };
    expect(await change(['name'], { name: 'Hot stones', quantity: 9 })).toEqual(renamed);
    expect(await change(['quantity', 'site_id'], { siteId: 'elsewhere' })).toEqual({ ...renamed, quantity: 1 });
  });

  test('is missing to another organisation, and forbidden without the permission', async () => {
    const made = await add();
    const { id } = made;
    const change = { id, equipment: blank({ name: 'Theirs' }), updateMask: ['name'] };
    const { stranger } = world;
    await expect(equipment.getEquipment({ id }, stranger)).rejects.toMatchObject(missing);
    await expect(equipment.updateEquipment(change, stranger)).rejects.toMatchObject(missing);
    await expect(equipment.deleteEquipment({ id }, stranger)).rejects.toMatchObject(missing);
    await expect(equipment.createEquipment(blank({}), stranger)).rejects.toMatchObject({
      fields: { site_id: [expect.stringContaining(world.siteId)] },
    });
    const viewer = holding(world, 'reservations.view');
    const forbidden = { kind: 'forbidden' };
    await expect(equipment.createEquipment(blank({}), viewer)).rejects.toMatchObject(forbidden);
    await expect(equipment.updateEquipment(change, viewer)).rejects.toMatchObject(forbidden);
    await expect(equipment.deleteEquipment({ id }, viewer)).rejects.toMatchObject(forbidden);
    expect(await equipment.getEquipment({ id }, viewer)).toEqual(made);
  });

  test('stays while a type needs it, and while it is booked ahead', async () => {
    const { id } = await add();
    const type = await offer(world, { practitionerIds: [], roomIds: [] }, { name: 'Stone bath', equipmentIds: [id] });
    const remove = () => equipment.deleteEquipment({ id }, world.staff);
    await expect(remove()).rejects.toMatchObject({
      reason: 'still_in_use',
      message: expect.stringContaining('Stone bath'),
    });
    const { order, item } = await holdFor(world, itemAt(type.id, inLondon(dayAhead(2), '10:00')));
    await world.types.deleteAppointmentType({ id: type.id }, world.staff);
    await expect(remove()).rejects.toMatchObject({ reason: 'bookings_ahead' });
    await world.bookings.release({ orderId: order, itemIds: [item.itemId] }, world.staff);
    await remove();
    await expect(equipment.getEquipment({ id }, world.staff)).rejects.toMatchObject(missing);
    const one = { id: type.id };
    await expect(world.types.restoreAppointmentType(one, world.staff)).rejects.toMatchObject({
      ...{ kind: 'invalid', fields: { equipment_ids: [`There is no ${id} here.`] } },
    });
    const without = { ...one, appointmentType: { ...type, equipmentIds: [] }, updateMask: ['equipment_ids'] };
    await world.types.updateAppointmentType(without, world.staff);
    expect(await world.types.restoreAppointmentType(one, world.staff)).toMatchObject({ deletedAt: null });
  });
});
