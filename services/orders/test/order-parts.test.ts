import type { NoteAuthor } from '@lido/proto/lido/orders/parts/v1/note.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { massage } from './builders.ts';
import { hourOf } from './offerings.ts';
import { startWorld, strangerTo, type World } from './world.ts';

let world: World;
let orderId = '';
beforeAll(async () => {
  world = await startWorld();
  const order = await world.orders.createOrder({ siteId: world.siteId, status: 'ORDER_STATUS_NEW' }, world.staff);
  orderId = order.id;
});
afterAll(() => world.stop());

const unwritten = { id: '', orderId: '', createdBy: null, createdById: '', createdAt: '' };

describe('the notes of an order', () => {
  const write = (content: string) =>
    world.notes.createOrderNote({ orderId, note: { ...unwritten, content } }, world.staff);

  test('are written in the caller’s name, newest first, and stand in the order', async () => {
    const first = await write('Prefers the blue room.');
    const second = await write('Comes by train.');
    const author: NoteAuthor = { id: world.staff.principal.id, name: world.staff.principal.name };
    expect(first).toMatchObject({
      orderId,
      content: 'Prefers the blue room.',
      createdBy: author,
      createdById: author.id,
    });
    const { data } = await world.notes.listOrderNotes({ orderId }, world.staff);
    expect(data).toEqual([second, first]);
    expect((await world.orders.getOrder({ orderId }, world.staff)).orderNotes).toEqual(data);
    expect(await world.notes.getOrderNote({ orderId, noteId: first.id }, world.staff)).toEqual(first);
  });

  test('can be changed and removed', async () => {
    const { id: noteId } = await write('Allergic to nuts.');
    const update = (content: string, updateMask: string[]) =>
      world.notes.updateOrderNote({ orderId, noteId, note: { ...unwritten, content }, updateMask }, world.staff);
    expect(await update('Allergic to almonds.', ['content'])).toMatchObject({ content: 'Allergic to almonds.' });
    expect(await update('', [])).toMatchObject({ content: 'Allergic to almonds.' });
    await expect(update('', ['content'])).rejects.toMatchObject({ fields: { content: expect.anything() } });
    await world.notes.deleteOrderNote({ orderId, noteId }, world.staff);
    await expect(world.notes.getOrderNote({ orderId, noteId }, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('are hidden from other organisations', async () => {
    await expect(world.notes.listOrderNotes({ orderId }, strangerTo(world))).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('the guests of an order', () => {
  test('are added, changed and removed one by one, with one lead booker at all times', async () => {
    const order = await world.orders.createOrder({ siteId: world.siteId, status: 'ORDER_STATUS_NEW' }, world.staff);
    const add = (name: string) =>
      world.guests.createOrderGuest({ orderId: order.id, guest: { id: '', name } }, world.staff);
    const [ada, bo] = [await add('Ada Byron'), await add('Bo')];
    expect([ada.isLeadBooker, bo.isLeadBooker]).toEqual([true, false]);
    const update = (guestId: string, guest: object, updateMask: string[]) =>
      world.guests.updateOrderGuest(
        { orderId: order.id, guestId, guest: { id: '', ...guest }, updateMask },
        world.staff,
      );
    expect(
      await update(bo.id, { lastName: 'Peep', isLeadBooker: true }, ['last_name', 'is_lead_booker']),
    ).toMatchObject({ name: 'Bo Peep', isLeadBooker: true });
    await expect(update(bo.id, { isLeadBooker: false }, ['is_lead_booker'])).rejects.toMatchObject({
      fields: { is_lead_booker: expect.anything() },
    });
    expect(await update(ada.id, { name: 'Ada' }, ['name'])).toMatchObject({
      firstName: 'Ada',
      lastName: null,
      isLeadBooker: false,
    });
    await world.guests.deleteOrderGuest({ orderId: order.id, guestId: bo.id }, world.staff);
    expect(await world.guests.listOrderGuests({ orderId: order.id }, world.staff)).toMatchObject({
      data: [{ id: ada.id, isLeadBooker: true }],
    });
  });

  test('stay while they take part in something', async () => {
    const guests = [{ id: '', firstName: 'Cy' }];
    const basket = await world.baskets.createBasketItem(
      { basketId: orderId, item: massage(world, hourOf(0, 9), { guests }) },
      world.staff,
    );
    const removing = world.guests.deleteOrderGuest({ orderId, guestId: basket.guests[0]?.id ?? '' }, world.staff);
    await expect(removing).rejects.toMatchObject({ reason: 'guest_is_booked' });
  });

  test('the lead booker’s new name is the order’s as well', async () => {
    const leadBooker = { firstName: 'Dee', email: 'dee@example.com' };
    const order = await world.orders.updateOrderLeadBooker(
      { orderId, leadBooker, updateMask: ['first_name', 'email'] },
      world.staff,
    );
    expect(order).toMatchObject({
      firstName: 'Dee',
      email: 'dee@example.com',
      guests: [{ firstName: 'Dee', isLeadBooker: true }],
    });
  });
});
