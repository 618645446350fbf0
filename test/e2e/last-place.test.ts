import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MikroORM } from '@mikro-orm/postgresql';
import { fillBasket, findSlot, type Slot } from '../../tools/demo/book.ts';
import { beginStory, type LocalFacts, type Story } from '../../tools/demo/story.ts';
import type { Row } from '../../tools/seed/api.ts';
import { seed } from '../../tools/seed/seed.ts';
import { freshSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let local: LocalFacts;
let story: Story;
const offering = 'Swedish massage';

beforeAll(async () => {
  system = await freshSystem({ env: { LIDO_MOVABLE_CLOCK: 'true' } });
  const seeded = await seed({ baseUrl: system.baseUrl, bootstrapToken: system.bootstrapToken, log: () => undefined });
  local = { ...seeded, baseUrl: system.baseUrl, readersUrl: system.readersUrl } as unknown as LocalFacts;
  story = beginStory(local, () => undefined);
});
afterAll(() => system.drop());

/** Moves time for orders and availability, in code and in SQL. */
async function moveClock(minutes: number): Promise<void> {
  for (const name of ['orders', 'availability']) {
    const orm = await MikroORM.init({
      clientUrl: system.databaseUrl(name),
      entities: [],
      discovery: { warnWhenNoEntities: false },
    });
    await orm.em.execute(`update lido_clock set shift = interval '${minutes} minutes'`, [], 'run');
    await orm.close(true);
  }
}

async function submit(orderId: string): Promise<number> {
  const response = await fetch(`${system.baseUrl}/shop/orders/${orderId}/submit`, {
    method: 'POST',
    headers: { authorization: `Bearer ${local.token}` },
  });
  await response.arrayBuffer();
  return response.status;
}

async function statusOf(orderId: string): Promise<unknown> {
  return (await story.staff.get(`/shop/orders/${orderId}`))['status'];
}

/** The services follow a moved clock within a moment; a check then says that the hold is over. */
async function expectLapsed(basketId: string): Promise<void> {
  const { items } = await story.staff.post<Row & { items: { validity: { valid: boolean } }[] }>(
    `/shop/basket/${basketId}/check`,
  );
  expect(items.map(({ validity }) => validity.valid)).toEqual([false]);
}

/** A basket with the slot, as soon as the hold before it has lapsed. */
async function basketAfter(slot: Slot, practitionerId: string): Promise<string> {
  return vi.waitFor(async () => (await fillBasket(story, offering, slot, practitionerId)).id, {
    timeout: 20_000,
    interval: 200,
  });
}

test('the last place, whose holds have lapsed, goes to one of two who submit at once', async () => {
  const slot = await findSlot(story, offering);
  const practitionerId = slot.practitioners[0]?.id ?? '';
  const first = (await fillBasket(story, offering, slot, practitionerId)).id;
  await moveClock(20);
  const second = await basketAfter(slot, practitionerId);
  await moveClock(40);
  await vi.waitFor(() => expectLapsed(second), { timeout: 20_000, interval: 100 });
  const statuses = await Promise.all([submit(first), submit(second)]);
  expect(statuses.sort()).toEqual([200, 409]);
  const orders = await Promise.all([statusOf(first), statusOf(second)]);
  expect(orders.sort()).toEqual(['in_progress', 'submitted']);
});

test('the same basket submitted twice at once becomes one order', async () => {
  const slot = await findSlot(story, offering);
  const basket = await fillBasket(story, offering, slot);
  const statuses = await Promise.all([submit(basket.id), submit(basket.id)]);
  expect([
    [200, 200],
    [200, 409],
  ]).toContainEqual(statuses.sort());
  expect(await statusOf(basket.id)).toBe('submitted');
});

test('sixteen guests who want any therapist at one hour get sixteen therapists', async () => {
  const { id: typeId, slot } = await offerWithTherapists(16);
  local.appointment_types['Sixteen'] = typeId;
  const baskets = await Promise.all(Array.from({ length: 16 }, () => fillBasket(story, 'Sixteen', slot)));
  const people = baskets.flatMap(({ items }) => items[0]?.booking_summary.practitioners.map(({ id }) => id) ?? []);
  expect(new Set(people).size).toBe(16);
  await expect(fillBasket(story, 'Sixteen', slot)).rejects.toThrow('answered 409');
});

async function offerWithTherapists(count: number): Promise<{ id: string; slot: Slot }> {
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const hire = async (index: number): Promise<string> => {
    const { id } = await story.staff.post('/shop/practitioners', {
      name: `Therapist ${index}`,
      site_ids: [local.site],
    });
    const rules = weekdays.map((weekday) => ({ weekday, time_from: '09:00', time_to: '17:00' }));
    await story.staff.post('/shop/practitioner-rotas', { practitioner_id: id, availability_rules: rules });
    return id;
  };
  const practitionerIds = await Promise.all(Array.from({ length: count }, (_, index) => hire(index)));
  const { id } = await story.staff.post('/shop/appointment-types', {
    name: 'Sixteen',
    site_ids: [local.site],
    practitioner_ids: practitionerIds,
    durations: [60],
  });
  await story.staff.post(`/shop/appointment-types/${id}/price-rules`, { price: 5_000 });
  local.appointment_types['Sixteen'] = id;
  return { id, slot: await findSlot(story, 'Sixteen') };
}
