import { Temporal } from 'temporal-polyfill';
import type { Api, Row } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

interface Basket extends Row {
  readonly order_ref: string;
  readonly guests: readonly Row[];
  readonly items: readonly Row[];
  readonly outstanding_payment_amount: number;
}

/** A basket with an item and a payment, and a submitted order that is paid. */
export async function addBooking(api: Api, seeded: Seeded): Promise<Rows> {
  const type = seeded.appointment_types['Swedish massage'] ?? '';
  const today = Temporal.Now.plainDateISO('Europe/London');
  const query = `date_from=${today.add({ days: 3 }).toString()}&date_to=${today.add({ days: 9 }).toString()}&duration=60`;
  const slots = await api.get<{ start_time: string }[]>(
    `/shop/item-availability/appointments/${seeded.site}/${type}?${query}`,
  );
  const open = await addBasket(api, seeded.site, type, slots[0]?.start_time ?? '');
  const closed = await addBasket(api, seeded.site, type, slots.at(-1)?.start_time ?? '');
  const contact = { id: seeded.customers['member'], first_name: 'Maya', last_name: 'Lind', email: 'maya@example.com' };
  await api.post(`/shop/basket/${closed.basket}/customer`, contact);
  const order = await api.post<Basket>(`/shop/basket/${closed.basket}/submit`);
  const guest = order.guests[0]?.id ?? '';
  const note = await api.post(`/shop/orders/${order.id}/notes`, { content: 'Arrives by train.' });
  return {
    inFields: { basket_id: open.basket, order_id: order.id, guest_id: open.guest, guest_ids: open.guest },
    inPaths: {
      '/shop/basket/{}': open.basket,
      '/shop/basket/{}/items/{}': open.item,
      '/shop/basket/{}/payments/{}': open.payment,
      '/shop/appointments/{}': closed.item,
      '/shop/orders/{}': order.id,
      '/shop/orders/{}/guests/{}': guest,
      '/shop/orders/{}/items/{}': closed.item,
      '/shop/orders/{}/order-items/{}': closed.item,
      '/shop/orders/{}/notes/{}': note.id,
      '/shop/orders/{}/payments/{}': closed.payment,
      '/shop/orders-by-ref/{}': order.order_ref,
    },
  };
}

async function addBasket(api: Api, site: string, appointmentType: string, time: string) {
  const { id } = await api.post('/shop/basket', { site_id: site });
  const guests = [{ name: 'Olga Reyes', is_lead_booker: true }];
  const guest = (await api.post<Basket>(`/shop/basket/${id}/update-guests`, { guests })).guests[0]?.id ?? '';
  const item = { offering_type: 'appointment', offering_id: appointmentType, time, duration: 60, guest_id: guest };
  const { items } = await api.post<Basket>(`/shop/basket/${id}/items`, item);
  const { outstanding_payment_amount: amount } = await api.post<Basket>(`/shop/basket/${id}/check`);
  const payment = await api.post(`/shop/basket/${id}/payments`, { processor: 'manual', amount });
  return { basket: id, guest, item: items[0]?.id ?? '', payment: payment.id };
}
