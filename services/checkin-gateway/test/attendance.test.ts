import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiAt, type Row } from '../../../tools/seed/api.ts';
import { type Booking, checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;

beforeAll(async () => {
  world = await startPresenceWorld();
});
afterAll(() => world?.stop());

interface OrderRow extends Row {
  readonly stage: string;
  readonly booking_items: readonly (Row & { checkin_id: string | null })[];
  readonly package_items: readonly { package_items: readonly (Row & { checkin_id: string | null })[] }[];
}

const minute = 60_000;
const orderOf = ({ order }: Booking) => world.api.get<OrderRow>(`/shop/orders/${order}`);
const stageOf = async (booking: Booking) => (await orderOf(booking)).stage;
const patience = { timeout: 20_000 };
const checkIn = (booking: Booking, fields: object = {}, call = {}) =>
  world.send('POST', '/checkin', checkinAt(booking.session, { booking_id: booking.item, ...fields }), call);

describe('a check-in for a booking', () => {
  test('is carried by the booking, until it is removed', async () => {
    const booking = await world.addBooking(world.customer, 300);
    const checkin = dataOf(await checkIn(booking));
    expect(checkin).not.toHaveProperty('booking_id');
    expect(checkin['owner_id']).toBe(world.customer);
    const carried = async () => (await orderOf(booking)).booking_items[0]?.checkin_id;
    await expect.poll(carried, patience).toBe(checkin.id);
    expect(await stageOf(booking)).toBe('not_arrived');
    await world.send('DELETE', `/checkin/${checkin.id}`);
    await expect.poll(carried, patience).toBeNull();
  });

  test('that has arrived brings its order to arrived and its session booking to checked in', async () => {
    const booking = await world.addBooking(world.customer, 300);
    const { id } = dataOf(await checkIn(booking));
    await world.send('PUT', `/checkin/${id}`, { check_in: new Date().toISOString() });
    await expect.poll(() => stageOf(booking), patience).toBe('arrived');
    const session = () => world.api.get(`/shop/session-bookings/${booking.item}`);
    await expect.poll(session, patience).toMatchObject({ stage: 'arrived', checked_in_at: expect.any(String) });
  });

  test('of what is chosen in a package is carried by it, and brings its order to arrived', async () => {
    const booking = await world.addPackageBooking(world.customer, 300);
    const { id } = dataOf(await checkIn(booking));
    await world.send('PUT', `/checkin/${id}`, { check_in: new Date().toISOString() });
    await expect.poll(() => stageOf(booking), patience).toBe('arrived');
    const carried = async () => (await orderOf(booking)).package_items[0]?.package_items[0]?.checkin_id;
    await expect.poll(carried, patience).toBe(id);
  });

  test('never brings an order back that has come further', async () => {
    const booking = await world.addBooking(world.customer, 300);
    await world.api.put(`/shop/orders/${booking.order}`, { stage: 'in_treatment' });
    const { id } = dataOf(await checkIn(booking));
    await world.send('PUT', `/checkin/${id}`, { check_in: new Date().toISOString() });
    const session = () => world.api.get(`/shop/session-bookings/${booking.item}`);
    await expect.poll(session, patience).toMatchObject({ stage: 'arrived' });
    const carried = async () => (await orderOf(booking)).booking_items[0]?.checkin_id;
    await expect.poll(carried, patience).toBe(id);
    expect(await stageOf(booking)).toBe('in_treatment');
  });

  test('is for it by a scan at the bookable too, and whoever owes is kept from checking out', async () => {
    const booking = await world.addBooking(world.customer, 30);
    await expect
      .poll(() => presence(booking.session), patience)
      .toMatchObject({ rows: [{ booking_id: booking.item }] });
    const gate = await world.addAction({ name: 'Bill', trigger: 'checkout_started', run: 'open_balance' });
    await world.bind(gate, booking.session);
    const { id: code, value } = await world.api.post<Row & { value: string }>('/code', { name: 'At the door' });
    const input = { object_id: booking.session };
    const arriving = await world.addAction({ name: 'Come', trigger: 'code_scanned', run: 'create_checkin', input });
    await world.api.post(`/code/${code}/action`, { action_id: arriving });
    const call = { token: world.tokens.customer };
    const { actions } = dataOf(await world.send('GET', `/resolve/${value}`, undefined, call)) as Row & {
      actions: { checkin_id: string }[];
    };
    const id = actions[0]?.checkin_id;
    await expect.poll(async () => (await orderOf(booking)).booking_items[0]?.checkin_id, patience).toBe(id);
    const leaving = { check_out: new Date(Date.now() + minute).toISOString() };
    expect((await world.send('PUT', `/checkin/${id}`, leaving, call)).status).toBe(409);
  });

  test('can not be for the booking of another customer, nor of another site', async () => {
    const booking = await world.addBooking(world.customer, 300);
    const foreign = await checkIn(booking, {}, { token: world.tokens.otherCustomer });
    expect([foreign.status, JSON.stringify(foreign.body)]).toEqual([422, expect.stringContaining('booking_id')]);
    expect((await checkIn(booking, {}, { token: world.tokens.customer })).status).toBe(201);
    const annexe = await world.api.post('/sites', { name: 'Annexe', timezone: 'Europe/London', currency: 'GBP' });
    const elsewhere = await world.api.post('/shop/rooms', { site_id: annexe.id, name: 'Far away' });
    const there = await checkIn(booking, { object_id: elsewhere.id });
    expect([there.status, JSON.stringify(there.body)]).toEqual([422, expect.stringContaining('booking_id')]);
  });
});

describe('a visit', () => {
  test.each([
    ['/customers/check-ins', (customer_id: string) => ({ customer_id, site_id: world.site })],
    ['/checkins', (customer_id: string) => ({ customer_id, store_id: world.site })],
  ])('by %s brings the order of a booking that begins soon to arrived, and no other', async (path, bodyOf) => {
    const customer = await world.addCustomer();
    const [soon, later] = [await world.addBooking(customer, 30), await world.addBooking(customer, 180)];
    await expect
      .poll(() => presence(soon.session), patience)
      .toMatchObject({ rows: [expect.objectContaining({ booking_id: soon.item })] });
    await world.send('POST', path, bodyOf(customer));
    await expect.poll(() => stageOf(soon), patience).toBe('arrived');
    expect(await stageOf(later)).toBe('not_arrived');
  });
});

test('a customer shows when they came last; what was taken back does not count, and nothing is kept of whoever is erased', async () => {
  const customer = await world.addCustomer();
  const last = async () => (await world.api.get(`/customers/customers/${customer}`))['last_check_in'];
  expect(await last()).toBeNull();
  const { body } = await world.send('POST', '/checkins', { customer_id: customer, store_id: world.site });
  const first = { checked_in_at: body?.['date_created'], method: 'Store check-in' };
  await expect.poll(last, patience).toEqual(first);
  await world.send('DELETE', `/checkins/${String(body?.['id'])}`);
  const check_in = new Date().toISOString();
  const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(world.room, { owner_id: customer, check_in })));
  await expect.poll(last, patience).toEqual({ checked_in_at: check_in, method: 'Lotus' });
  await world.send('PUT', `/checkin/${id}`, { check_in: null });
  await expect.poll(last, patience).toEqual(first);
  await world.api.delete(`/customers/customers/${customer}`);
  expect(await last()).toBeNull();
});

describe('an open balance', () => {
  test('keeps a guest from checking out, not from arriving, until it is paid', async () => {
    const booking = await world.addBooking(world.customer, 30);
    const gate = await world.addAction({ name: 'Bill', trigger: 'checkout_started', run: 'open_balance' });
    await world.bind(gate, booking.session);
    const { id } = dataOf(await checkIn(booking));
    const arrived = await world.send('PUT', `/checkin/${id}`, { check_in: new Date().toISOString() });
    expect(arrived.status).toBe(200);
    const leave = () => world.send('PUT', `/checkin/${id}`, { check_out: new Date(Date.now() + minute).toISOString() });
    const refused = await leave();
    const message = 'Payments of 20.00 GBP are missing before the guest can check out.';
    expect([refused.status, refused.body?.['error']]).toEqual([409, expect.objectContaining({ message })]);
    expect(dataOf(await world.send('GET', `/checkin/${id}`))).toEqual(dataOf(arrived));
    await world.api.post(`/shop/orders/${booking.order}/payments`, { processor: 'manual', amount: booking.amount });
    expect((await leave()).status).toBe(200);
  });
});

const presence = (objectId: string, query = aroundNow()) =>
  world.api.get<Row>(`/activity/presence?object_id=${objectId}&${query}`);

function aroundNow(): string {
  const at = (hours: number): string => new Date(Date.now() + hours * 60 * minute).toISOString();
  return `from=${at(-24)}&to=${at(24)}`;
}

describe('the activity log', () => {
  test('compares what was booked with who was there', async () => {
    const room = await world.addRoom();
    const times = { starts_at: '2026-05-15T08:00:00Z', ends_at: '2026-05-15T09:00:00Z' };
    const arrived = { check_in: '2026-05-15T08:10:00Z' };
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room, { ...times, ...arrived })));
    await world.send('PUT', `/checkin/${id}`, { check_out: '2026-05-15T08:50:30Z' });
    expect(await presence(room, 'from=2026-05-15&to=2026-05-15')).toEqual({
      ...{ object_id: room, from: '2026-05-14T23:00:00.000Z', to: '2026-05-15T23:00:00.000Z' },
      ...{ booked_minutes: 0, present_minutes: 40, booked_present_minutes: 0 },
      rows: [
        {
          ...{ booking_id: null, order_id: null, checkin_id: id, booked_minutes: 0, present_minutes: 40 },
          ...{ starts_at: '2026-05-15T08:00:00.000Z', ends_at: '2026-05-15T09:00:00.000Z' },
          ...{ check_in: '2026-05-15T08:10:00.000Z', check_out: '2026-05-15T08:50:30.000Z' },
        },
      ],
    });
    expect(await presence(room, 'from=2026-05-16&to=2026-05-16')).toMatchObject({ present_minutes: 0, rows: [] });
  });

  test('shows who has not left, however long ago their time was over', async () => {
    const room = await world.addRoom();
    const at = (hours: number): string => new Date(Date.now() + hours * 60 * minute).toISOString();
    const fields = { starts_at: at(-48), ends_at: at(-47), check_in: at(-48) };
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room, fields)));
    const shown = await presence(room, `from=${at(-1)}&to=${at(1)}`);
    expect(shown).toMatchObject({ rows: [{ checkin_id: id, check_out: null }] });
    expect(shown['present_minutes']).toBeGreaterThanOrEqual(60);
    expect(await presence(room, `from=${at(1)}&to=${at(2)}`)).toMatchObject({ rows: [] });
  });

  test('shows a booking with its check-in, and one for which nobody came', async () => {
    const booking = await world.addBooking(world.customer, 30);
    await expect
      .poll(() => presence(booking.session), patience)
      .toMatchObject({
        ...{ booked_minutes: 60, present_minutes: 0 },
        rows: [{ booking_id: booking.item, order_id: booking.order, checkin_id: null, booked_minutes: 60 }],
      });
    const { id } = dataOf(await checkIn(booking));
    expect(await presence(booking.session)).toMatchObject({
      rows: [{ booking_id: booking.item, checkin_id: id, check_in: null }],
    });
  });

  test('refuses what it can not compare, and needs checkins.view', async () => {
    const ask = (query: string, token = world.tokens.owner) =>
      world.send('GET', `/activity/presence?${query}`, undefined, { token });
    expect((await ask(`object_id=nothing&${aroundNow()}`)).status).toBe(422);
    expect((await ask(`object_id=${world.room}&from=2026-05-02&to=2026-05-01`)).status).toBe(422);
    expect((await ask(`object_id=${world.room}&from=2024-01-01&to=2026-05-01`)).status).toBe(422);
    const token = await world.addStaff(['checkins.manage']);
    expect((await ask(`object_id=${world.room}&${aroundNow()}`, token)).status).toBe(403);
    expect((await ask(`object_id=${world.room}&${aroundNow()}`, world.tokens.stranger)).status).toBe(422);
  });
});

describe('the report of check-ins', () => {
  test('is made in the background and downloaded as CSV, for one customer', async () => {
    const customer = await world.addCustomer();
    const { id } = await world.api.post('/customers/check-ins', { customer_id: customer, site_id: world.site });
    await world.api.post('/customers/check-ins', { customer_id: world.customer, site_id: world.site });
    const queued = await world.send('GET', `/customers/check-ins/queue?customer_id=${customer}&site_id=${world.site}`);
    expect([queued.status, dataOf(queued)['status']]).toEqual([200, 'queued']);
    const job = dataOf(queued).id;
    expect(job).toMatch(/^checkin-gateway_/);
    await expect.poll(async () => (await world.api.get(`/reports/jobs/${job}`))['status'], patience).toBe('done');
    const { text } = await world.send('GET', `/reports/jobs/${job}/download`);
    const [header, ...lines] = text.trim().split('\n');
    expect(header).toBe(
      'id,customer_id,customer_name,customer_email,membership_id,site_id,method,checked_in_at,checked_out_at',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${id},${customer},Ada Byron,,,${world.site},Check-in button,`);
  });

  test('needs the permission reports.view, and knows no site of another organisation', async () => {
    const token = await world.addStaff(['checkins.view']);
    expect((await world.send('GET', '/customers/check-ins/queue', undefined, { token })).status).toBe(403);
    const stranger = apiAt(world.system.baseUrl, world.tokens.stranger);
    await expect(stranger.get(`/customers/check-ins/queue?site_id=${world.site}`)).rejects.toThrow('404');
  });
});

test('an open balance is asked for when somebody leaves, not when what is known of it is put right', async () => {
  const booking = await world.addBooking(world.customer, 30);
  const { id } = dataOf(await checkIn(booking));
  const put = async (fields: object) => (await world.send('PUT', `/checkin/${id}`, fields)).status;
  const at = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString();
  await put({ check_in: at(0) });
  await put({ check_out: at(1) });
  const gate = await world.addAction({ name: 'Bill', trigger: 'checkout_started', run: 'open_balance' });
  await world.bind(gate, booking.session);
  expect(await put({ type: 'class' })).toBe(200);
  expect(await put({ check_out: at(2) })).toBe(200);
  expect(await put({ check_out: null })).toBe(200);
  expect(await put({ check_out: at(3) })).toBe(409);
});

// The last one, for orders are away after it.
test('an open balance that nobody can be asked for keeps the guest from checking out, though nothing is owed', async () => {
  const booking = await world.addBooking(world.customer, 30);
  await world.api.post(`/shop/orders/${booking.order}/payments`, { processor: 'manual', amount: booking.amount });
  const gate = await world.addAction({ name: 'Bill', trigger: 'checkout_started', run: 'open_balance' });
  await world.bind(gate, booking.session);
  const { id } = dataOf(await checkIn(booking));
  const arrived = dataOf(await world.send('PUT', `/checkin/${id}`, { check_in: new Date().toISOString() }));
  await world.system.services.find(({ name }) => name === 'orders')?.stop();
  const leave = () => world.send('PUT', `/checkin/${id}`, { check_out: new Date(Date.now() + minute).toISOString() });
  const refused = await leave();
  expect([refused.status, refused.body?.['error']]).toMatchObject([409, { code: 'refused_by_action' }]);
  expect(dataOf(await world.send('GET', `/checkin/${id}`))).toEqual(arrived);
});
