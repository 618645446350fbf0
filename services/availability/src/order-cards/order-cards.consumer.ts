import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import type { CardCustomer } from './order-card.ts';
import { keepOrderCard } from './order-card.repository.ts';

const projectOrder: EventHandler = async (event, { em }) => {
  await keepOrderCard(em, Order.decode(event.payload), event.version);
};

/** One whose data was erased is forgotten; their orders lose the name too, and say so in events of their own. */
const projectCustomer: EventHandler = async (event, { em }) => {
  const customer = Customer.decode(event.payload);
  if (customer.deletedAt != null) {
    await em.execute('delete from known_customers where id = ?', [customer.id], 'run');
    return;
  }
  const { id, firstName, lastName, fullName, email, phone, labels } = customer;
  const kept: CardCustomer = {
    ...{ id, firstName: firstName ?? null, lastName: lastName ?? null, fullName: fullName ?? null },
    ...{ email: email ?? null, phone: phone ?? null, labels },
  };
  await em.execute(
    `insert into known_customers (id, organisation_id, customer) values (?, ?, ?::jsonb)
     on conflict (id) do update set customer = excluded.customer`,
    [id, event.organisationId, JSON.stringify(kept)],
    'run',
  );
};

/** Feeds the orders' side of the cards: whatever changes an order tells its whole state. */
export const orderCardsSubscription: Subscription = {
  name: 'availability-from-orders',
  source: 'orders',
  mode: 'projection',
  handlers: {
    'lido.orders.basket.saved': projectOrder,
    'lido.orders.order.saved': projectOrder,
    'lido.orders.order.submitted': projectOrder,
    'lido.orders.order.cancelled': projectOrder,
    'lido.orders.payment.recorded': projectOrder,
  },
};

/** Feeds the customers' side of the cards. */
export const cardCustomersSubscription: Subscription = {
  name: 'availability-cards-from-customers',
  source: 'customers',
  mode: 'projection',
  handlers: { 'lido.customers.customer.saved': projectCustomer },
};
