import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { EventHandler } from '@lido/runtime/events/consumer.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { LockMode } from '@mikro-orm/core';
import { OrderNoteEntity } from '../notes/order-note.entity.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { OrderEntity } from '../orders/order.entity.ts';
import { aggregatesOf, saveOrder, type Writer } from '../orders/order.repository.ts';

/**
 * Takes a customer whose data was erased out of their orders: contact details, names of the guests they are, what they asked for and
 * what was noted. What was booked and paid stays. Each order tells of itself, so that whoever keeps a copy loses the name too.
 */
export const eraseFromOrders: EventHandler = async (event, { em, origin }) => {
  const { id, deletedAt } = Customer.decode(event.payload);
  if (deletedAt == null) return;
  const writer: Writer = {
    em,
    emit: (told) => writeEvent(em, told, origin),
    actor: origin.actor,
    nowMs: Date.parse(deletedAt),
  };
  const orders = await em.find(
    OrderEntity,
    { $or: [{ customerId: id }, { id: { $in: await ordersWithGuest(em, id) } }] },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  for (const aggregate of await aggregatesOf(em, orders)) {
    await erase(aggregate, id, writer);
    await saveOrder(aggregate, 'saved', writer);
  }
};

async function ordersWithGuest(em: Writer['em'], customerId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    'select distinct order_id as id from order_guests where customer_id = ?',
    [customerId],
  );
  return rows.map(({ id }) => id);
}

async function erase(aggregate: Aggregate, customerId: string, { em }: Writer): Promise<void> {
  const { order, guests } = aggregate;
  const isBooker = order.customerId === customerId;
  for (const guest of guests) {
    if (guest.customerId !== customerId && !(isBooker && guest.isLeadBooker)) continue;
    guest.firstName = null;
    guest.lastName = null;
  }
  if (!isBooker) return;
  Object.assign(order, { firstName: null, lastName: null, email: null, phone: null, specialRequests: null });
  await em.nativeDelete(OrderNoteEntity, { orderId: order.id });
  aggregate.notes = [];
}
