import type { Row } from '../seed/api.ts';
import { dateAhead, pounds, type Story } from './story.ts';

export interface Slot {
  start_time: string;
  duration: number;
  price: number;
  practitioners: { id: string; name: string }[];
  rooms: { name: string }[];
}

interface Basket extends Row {
  order_ref: string;
  status: string;
  guests: Row[];
  items: (Row & {
    booking_summary: { practitioners: { id: string; name: string }[]; room: { name: string } | null };
  })[];
  outstanding_payment_amount: number;
  net_total: number;
}

/** A start of an offering that is free some days ahead, the first after the morning rush. */
export async function findSlot({ guest, local, tell }: Story, offering: string): Promise<Slot> {
  const typeId = local.appointment_types[offering];
  const [from, to] = [dateAhead(2), dateAhead(9)];
  const dates = await guest.get<{ date: string; has_availability: boolean }[]>(
    `/shop/item-availability/offering-dates?offering_type=appointment&offering_id=${typeId}&date_from=${from}&date_to=${to}`,
  );
  const open = dates.filter((date) => date.has_availability);
  tell(`  ${offering} can be booked on ${open.length} of the ${dates.length} days from ${from}.`);
  const date = open[0]?.date ?? from;
  const slots = await guest.get<Slot[]>(
    `/shop/item-availability/appointments/${local.site}/${typeId}?date_from=${date}&date_to=${date}&duration=60`,
  );
  const slot = slots[Math.floor(slots.length / 3)];
  if (!slot) throw new Error(`${offering} has no free start on ${date}.`);
  tell(
    `  On ${date} there are ${slots.length} starts; ${slot.start_time} with one of ${slot.practitioners.length} therapists costs ${pounds(slot.price)}.`,
  );
  return slot;
}

/** Fills a basket with one appointment for one guest. Taken time is the API's refusal. */
export async function fillBasket(
  { staff, local }: Story,
  offering: string,
  slot: Slot,
  practitionerId?: string,
): Promise<Basket> {
  const { id } = await staff.post('/shop/basket', { site_id: local.site });
  const { guests } = await staff.post<Basket>(`/shop/basket/${id}/update-guests`, {
    guests: [{ name: 'Olga Reyes', is_lead_booker: true }],
  });
  return staff.post<Basket>(`/shop/basket/${id}/items`, {
    offering_type: 'appointment',
    offering_id: local.appointment_types[offering],
    time: slot.start_time,
    duration: slot.duration,
    guest_id: guests[0]?.id,
    ...(practitionerId && { practitioner_ids: [practitionerId] }),
  });
}

/** Names the customer, pays, and submits; answers the order. */
export async function checkOut({ staff, local, tell }: Story, basket: Basket): Promise<Basket> {
  const contact = { id: local.customers['guest'], first_name: 'Olga', last_name: 'Reyes', email: 'olga@example.com' };
  await staff.post(`/shop/basket/${basket.id}/customer`, contact);
  const checked = await staff.post<Basket>(`/shop/basket/${basket.id}/check`);
  const amount = checked.outstanding_payment_amount;
  await staff.post(`/shop/basket/${basket.id}/payments`, { processor: 'manual', amount });
  tell(`  Olga pays ${pounds(amount)} at the desk.`);
  const order = await staff.post<Basket>(`/shop/basket/${basket.id}/submit`);
  const [item] = order.items;
  const { practitioners, room } = item?.booking_summary ?? { practitioners: [], room: null };
  tell(
    `  Order ${order.order_ref} is ${order.status}: ${practitioners.map(({ name }) => name).join(', ')} in ${room?.name ?? 'no room'}.`,
  );
  return order;
}
