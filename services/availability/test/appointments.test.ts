import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Appointment,
  AppointmentServiceService,
  type ListAppointmentsReportRequest,
  type ListShopAppointmentsRequest,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import { type Job, JobServiceService } from '@lido/proto/lido/jobs/v1/job.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { callerMetadata, type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { massage, noCustomer, openBasket } from '../../orders/test/builders.ts';
import { hourOf } from '../../orders/test/offerings.ts';
import { callerAs, staffWith, startWorld, strangerTo, type World } from '../../orders/test/world.ts';
import { connectTo } from '../../../test/support/clients.ts';

let world: World;
let client: RawClient;
let appointments: Peer<typeof AppointmentServiceService>;
let jobs: Peer<typeof JobServiceService>;
const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });

beforeAll(async () => {
  world = await startWorld();
  client = connectTo(world.availabilityAddress, { name: 'availability', telemetry });
  appointments = peerOf(AppointmentServiceService, client);
  jobs = peerOf(JobServiceService, client);
});
afterAll(async () => {
  client.close();
  await telemetry.stop();
  await world.stop();
});

const list = (fields: Partial<ListShopAppointmentsRequest> = {}, caller = world.staff) =>
  appointments.listShopAppointments(
    { siteId: [], practitionerId: [], roomId: [], zoneId: [], status: [], ...fields },
    caller,
  );
const report = (fields: Partial<ListAppointmentsReportRequest> = {}, caller = world.staff) =>
  appointments.listAppointmentsReport(
    { siteId: world.siteId, practitionerId: [], roomId: [], zoneId: [], status: [], ...fields },
    caller,
  );
const dayOf = (day: number): string => hourOf(day, 9).slice(0, 10);
const onDay = (day: number) => ({ startDateFrom: dayOf(day), startDateTo: dayOf(day) });
const get = (appointmentId: string, caller = world.staff) => appointments.getAppointment({ appointmentId }, caller);
const idsOf = ({ data }: { data: Appointment[] }): string[] => data.map(({ id }) => id);
/** Lines of fields, none of which is quoted. */
const parse = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
/** The rows of a streamed file. */
async function linesOf(stream: AsyncIterable<FilePart>): Promise<string[][]> {
  const parts: Buffer[] = [];
  for await (const { content } of stream) parts.push(Buffer.from(content));
  return parse(Buffer.concat(parts).toString());
}
const waitFor = <T>(work: () => Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 20_000, interval: 30 });

/** A basket of Ada's with one massage; submitted when asked. Answers once its card has come. */
async function book(time: string, state: 'basket' | 'submitted'): Promise<{ orderId: string; id: string }> {
  const { id: orderId } = await openBasket(world);
  const basket = await world.baskets.createBasketItem({ basketId: orderId, item: massage(world, time) }, world.staff);
  const id = basket.items[0]?.id ?? '';
  await world.baskets.actionSetBasketCustomer(
    { basketId: orderId, customer: { ...noCustomer, firstName: 'Ada', lastName: 'Byron', phone: '+447900000000' } },
    world.staff,
  );
  if (state === 'submitted') await world.orders.actionSubmitOrder({ orderId }, world.staff);
  const orderStatus = state === 'basket' ? 'ORDER_STATUS_IN_PROGRESS' : 'ORDER_STATUS_SUBMITTED';
  await waitFor(async () => expect(await get(id)).toMatchObject({ orderStatus, firstName: 'Ada' }));
  return { orderId, id };
}

describe('an appointment', () => {
  test('shows its booking and its order', async () => {
    const { id, orderId } = await book(hourOf(1, 10), 'submitted');
    const { practitionerId } = world.offerings;
    const { orderRef } = await world.orders.getOrder({ orderId }, world.staff);
    const shown = await get(id);
    expect(shown).toMatchObject({
      ...{ id, orderId, orderItemId: id, orderRef, siteId: world.siteId, customerId: null },
      ...{
        appointmentTypeId: world.offerings.massageId,
        appointmentTypeName: 'Massage',
        status: 'APPOINTMENT_STATUS_CONFIRMED',
      },
      ...{
        startTime: hourOf(1, 10),
        endTime: hourOf(1, 11),
        duration: 60,
        endBuffer: 0,
        stage: 'ORDER_STAGE_NOT_ARRIVED',
      },
      ...{ practitionerIds: [practitionerId], practitioners: [{ id: practitionerId, name: 'Therapist 0' }] },
      ...{ room: { name: 'Room 0' }, equipmentIds: [], practitionerWasRequested: false, roomWasRequested: false },
      ...{ firstName: 'Ada', lastName: 'Byron', fullName: 'Ada Byron', phone: '+447900000000', email: null },
      ...{ isGroupBooking: false, isPartOfPackage: false, currency: 'gbp', totalCost: 8_000, netTotal: 8_000 },
      ...{ orderIsLocked: false, hasNotes: false, hasSpecialRequests: false, hasOutstandingBalance: true },
      ...{ reservedUntil: null, orderSubmittedAt: expect.any(String) },
    });
    expect(shown.roomId).toBe(shown.room?.id);
    await world.orders.actionLockOrder({ orderId }, world.staff);
    await waitFor(async () =>
      expect(await get(id)).toMatchObject({ orderIsLocked: true, orderLockedAt: expect.any(String) }),
    );
  });

  test('of a basket is in progress until its hold lapses', async () => {
    const { id } = await book(hourOf(1, 12), 'basket');
    expect(await get(id)).toMatchObject({
      status: 'APPOINTMENT_STATUS_IN_PROGRESS',
      reservedUntil: expect.any(String),
    });
  });

  test('is hidden from strangers like one that does not exist, needs the permission, and is for staff', async () => {
    const { id } = await book(hourOf(1, 14), 'submitted');
    await expect(get(id, strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
    await expect(get('missing')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(get(id, staffWith(world, ['reservations.manage']))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(get(id, callerAs(world, 'KIND_CUSTOMER', 'c'))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('is no session', async () => {
    const { id: basketId } = await openBasket(world);
    const { sessionTypeId: offeringId, sessionId } = world.offerings;
    const item = { ...massage(world, ''), time: null, offeringType: 'session', offeringId, sessionId };
    const { items } = await world.baskets.createBasketItem({ basketId, item }, world.staff);
    await expect(get(items[0]?.id ?? '')).rejects.toMatchObject({ kind: 'not_found' });
  });
});

let confirmed: { orderId: string; id: string };
let held: { orderId: string; id: string };
let cancelled: { orderId: string; id: string };
beforeAll(async () => {
  held = await book(hourOf(5, 15), 'basket');
  confirmed = await book(hourOf(5, 9), 'submitted');
  cancelled = await book(hourOf(5, 12), 'submitted');
  await world.orders.actionCancelOrder({ orderId: cancelled.orderId }, world.staff);
  await waitFor(async () =>
    expect(await get(cancelled.id)).toMatchObject({
      orderStatus: 'ORDER_STATUS_CANCELLED',
      status: 'APPOINTMENT_STATUS_CANCELLED',
    }),
  );
});

describe('the list of appointments', () => {
  test('ascends by start, leaves cancelled ones out, and adds up what it finds', async () => {
    const found = await list(onDay(5));
    expect(idsOf(found)).toEqual([confirmed.id, held.id]);
    expect(found.totals).toEqual({
      ...{ appointments: 2, guests: 2, duration: 120, totalCost: 16_000, netTotal: 16_000, currency: 'gbp' },
    });
    expect(found.data[0]).toEqual(await get(confirmed.id));
  });

  test('has pages, and totals that do not depend on them', async () => {
    const first = await list({ ...onDay(5), perPage: 1 });
    const second = await list({ ...onDay(5), perPage: 1, page: 2 });
    expect([...idsOf(first), ...idsOf(second)]).toEqual([confirmed.id, held.id]);
    expect(second.page).toEqual({ page: 2, perPage: 1, total: 2 });
    expect(second.totals).toEqual(first.totals);
    expect(idsOf(await list({ ...onDay(5), page: 3, perPage: 1 }))).toEqual([]);
  });

  test.each([
    ['APPOINTMENT_STATUS_CONFIRMED', () => confirmed.id],
    ['APPOINTMENT_STATUS_IN_PROGRESS', () => held.id],
    ['APPOINTMENT_STATUS_CANCELLED', () => cancelled.id],
  ] as const)('is filtered by the status %s', async (status, id) => {
    expect(idsOf(await list({ ...onDay(5), status: [status] }))).toEqual([id()]);
    expect(idsOf(await list({ ...onDay(5), status: ['APPOINTMENT_STATUS_NEW'] }))).toEqual([]);
  });

  test('knows the holds of an order that staff put together as new', async () => {
    const { id: orderId } = await world.orders.createOrder(
      { siteId: world.siteId, status: 'ORDER_STATUS_NEW' },
      world.staff,
    );
    const item = massage(world, hourOf(6, 9));
    const { items } = await world.baskets.createBasketItem({ basketId: orderId, item }, world.staff);
    await waitFor(async () =>
      expect(idsOf(await list({ ...onDay(6), status: ['APPOINTMENT_STATUS_NEW'] }))).toEqual([items[0]?.id]),
    );
  });

  test('does not show what was taken out of a basket, nor a hold that lapsed', async () => {
    const { orderId, id } = await book(hourOf(7, 9), 'basket');
    const lapsed = await book(hourOf(7, 11), 'basket');
    await world.baskets.deleteBasketItem({ basketId: orderId, itemId: id }, world.staff);
    await world.availabilitySql(`update bookings set expires_at = lido_now() where id = $1`, [lapsed.id]);
    const every = ['APPOINTMENT_STATUS_NEW', 'APPOINTMENT_STATUS_IN_PROGRESS', 'APPOINTMENT_STATUS_CANCELLED'] as const;
    await waitFor(async () => expect(idsOf(await list({ ...onDay(7), status: [...every] }))).toEqual([]));
    expect(idsOf(await list(onDay(7)))).toEqual([]);
  });

  test('is filtered by practitioners, rooms and the zones of either, the cancelled ones too', async () => {
    const { practitionerId } = world.offerings;
    const { roomId } = await get(confirmed.id);
    const status = ['APPOINTMENT_STATUS_CONFIRMED', 'APPOINTMENT_STATUS_CANCELLED'] as const;
    const ids = async (fields: Partial<ListShopAppointmentsRequest>) => idsOf(await list({ ...onDay(5), ...fields }));
    expect(await ids({ practitionerId: [practitionerId, 'x'] })).toEqual([confirmed.id, held.id]);
    expect(await ids({ practitionerId: ['x'] })).toEqual([]);
    expect(await ids({ roomId: [roomId ?? ''], practitionerId: [practitionerId] })).toEqual([confirmed.id, held.id]);
    expect(await ids({ roomId: ['x'], practitionerId: [practitionerId] })).toEqual([]);
    expect(await ids({ roomId: [roomId ?? ''], status: [...status] })).toEqual([confirmed.id, cancelled.id]);
    expect(await ids({ practitionerId: ['x'], status: [...status] })).toEqual([]);
    await world.availabilitySql(`update rooms set zone_ids = '{quiet}' where id = $1`, [roomId]);
    expect(await ids({ zoneId: ['quiet', 'x'], status: [...status] })).toEqual([confirmed.id, cancelled.id]);
    expect(await ids({ zoneId: ['quiet'] })).toEqual([confirmed.id, held.id]);
    expect(await ids({ zoneId: ['x'] })).toEqual([]);
    await world.availabilitySql(`update practitioners set zone_ids = '{calm}' where id = $1`, [practitionerId]);
    expect(await ids({ zoneId: ['calm'] })).toEqual([confirmed.id, held.id]);
    expect(await ids({ zoneId: ['calm'], status: [...status] })).toEqual([confirmed.id, cancelled.id]);
    expect(await ids({ zoneId: ['calm'], roomId: ['x'] })).toEqual([]);
    expect(idsOf(await report({ dateFrom: dayOf(5), dateTo: dayOf(5), zoneId: ['calm'] }))).toEqual([
      confirmed.id,
      held.id,
    ]);
  });

  test('tells a time that is touched from one that is started in', async () => {
    const half = hourOf(5, 9).replace('T09:00', 'T09:30');
    const ids = async (fields: Partial<ListShopAppointmentsRequest>) => idsOf(await list(fields));
    expect(await ids({ dateFrom: half, dateTo: hourOf(5, 10) })).toEqual([confirmed.id]);
    expect(await ids({ startDateFrom: half, startDateTo: hourOf(5, 10) })).toEqual([]);
    expect(await ids({ dateFrom: hourOf(5, 10), dateTo: hourOf(5, 15) })).toEqual([]);
    expect(await ids({ dateFrom: hourOf(5, 10), dateTo: dayOf(5) })).toEqual([held.id]);
  });

  test('is filtered by when the order was submitted, a day being one of the site’s', async () => {
    const { orderSubmittedAt } = await get(confirmed.id);
    const today = orderSubmittedAt?.slice(0, 10) ?? '';
    const ids = async (fields: Partial<ListShopAppointmentsRequest>) => idsOf(await list({ ...onDay(5), ...fields }));
    expect(await ids({ submittedAtFrom: today, submittedAtTo: today })).toEqual([confirmed.id]);
    expect(await ids({ submittedAtTo: orderSubmittedAt })).toEqual([]);
    expect(await ids({ submittedAtFrom: '2999-01-01' })).toEqual([]);
    const asReport = await report({
      orderSubmittedAtFrom: today,
      orderSubmittedAtTo: today,
      dateFrom: dayOf(5),
      dateTo: dayOf(5),
    });
    expect(idsOf(asReport)).toEqual([confirmed.id]);
  });

  test('takes dates at the ends of the calendar', async () => {
    expect(idsOf(await list({ ...onDay(5), dateFrom: '0001-01-01', dateTo: '9999-12-31' }))).toHaveLength(2);
  });

  test('is of the sites where the caller may see reservations', async () => {
    expect(idsOf(await list({ ...onDay(5), siteId: [world.siteId] }))).toHaveLength(2);
    await expect(list({ siteId: ['elsewhere'] })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(list({}, staffWith(world, ['settings.view']))).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await list(onDay(5), strangerTo(world))).toMatchObject({ data: [], totals: { appointments: 0 } });
    await expect(report({}, strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('shows the same rows as the report', async () => {
    const fields = { dateFrom: dayOf(5), dateTo: dayOf(5) };
    expect(await report(fields)).toEqual(await list(fields));
  });
});

describe('queued appointments', () => {
  const filter = { siteId: [], practitionerId: [], roomId: [], zoneId: [], status: [] };
  const done = (id: string): Promise<Job> =>
    waitFor(async () => {
      const job = await jobs.getJob({ id }, world.staff);
      expect(job.status).toBe('JOB_STATUS_DONE');
      return job;
    });
  const rowsOf = (id: string): Promise<string[][]> => {
    const metadata = callerMetadata(world.staff.principal, 'download');
    return linesOf(client.serverStream(JobServiceService.downloadJob, { id }, { metadata, deadlineMs: 5_000 }));
  };

  test('become a file of the same rows, with the filters of the list', async () => {
    const listed = await list({ ...onDay(5), status: ['APPOINTMENT_STATUS_CONFIRMED'] });
    const queued = await appointments.queueAppointmentsExport(
      { ...filter, ...onDay(5), status: ['APPOINTMENT_STATUS_CONFIRMED'] },
      world.staff,
    );
    expect(await done(queued.id)).toMatchObject({ type: 'appointments_export', notice: null });
    const [header = [], ...rows] = await rowsOf(queued.id);
    expect(rows.map((row) => row[header.indexOf('id')])).toEqual(idsOf(listed));
    expect(Object.fromEntries(header.map((name, column) => [name, rows[0]?.[column]]))).toMatchObject({
      ...{ status: 'confirmed', stage: 'not_arrived', appointment_type_name: 'Massage', duration: '60', guests: '0' },
      ...{ practitioners: 'Therapist 0', room: 'Room 0', customer_name: 'Ada Byron', phone: "'+447900000000" },
      ...{ total_cost: '8000', currency: 'gbp', start_time: hourOf(5, 9), site_id: world.siteId },
    });
  });

  test('as a report know when orders were submitted, and which are cancelled', async () => {
    const cancelled = {
      ...filter,
      dateFrom: dayOf(5),
      dateTo: dayOf(5),
      status: ['APPOINTMENT_STATUS_CANCELLED' as const],
    };
    const all = await appointments.queueAppointmentsReport(cancelled, world.staff);
    const none = await appointments.queueAppointmentsReport(
      { ...cancelled, orderSubmittedAtFrom: '2999-01-01' },
      world.staff,
    );
    await done(all.id);
    await done(none.id);
    expect(await rowsOf(all.id)).toHaveLength(2);
    expect(await rowsOf(none.id)).toHaveLength(1);
  });

  test('say that no mail is set up where one was asked for', async () => {
    const { id } = await appointments.queueAppointmentsExport({ ...filter, ...onDay(5), email: true }, world.staff);
    expect((await done(id)).notice).toContain('No mail is set up');
  });

  test('need the permission to see reports, at every site that is named', async () => {
    const queue = (siteId: string[], caller: typeof world.staff) =>
      appointments.queueAppointmentsExport({ ...filter, siteId }, caller);
    await expect(queue([], staffWith(world, ['reservations.view']))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(queue([world.siteId], strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('the list and the report as a file that is waited for', () => {
  const nothing = { siteId: [], practitionerId: [], roomId: [], zoneId: [], status: [] };
  const download = (fields: Partial<ListShopAppointmentsRequest>, caller = world.staff) => {
    const options = { metadata: callerMetadata(caller.principal, 'download'), deadlineMs: 15_000 };
    const { downloadShopAppointments } = AppointmentServiceService;
    return linesOf(client.serverStream(downloadShopAppointments, { ...nothing, ...fields }, options));
  };
  const downloadReport = (fields: Partial<ListAppointmentsReportRequest>) => {
    const options = { metadata: callerMetadata(world.staff.principal, 'download'), deadlineMs: 15_000 };
    const request = { ...nothing, siteId: world.siteId, ...fields };
    return linesOf(client.serverStream(AppointmentServiceService.downloadAppointmentsReport, request, options));
  };
  const idsIn = ([header = [], ...rows]: string[][]) => rows.map((row) => row[header.indexOf('id')]);

  test('have all rows that the filters find, whatever the page, with the columns of the export', async () => {
    const listed = idsOf(await list({ ...onDay(5) }));
    expect(listed).toHaveLength(2);
    const lines = await download({ ...onDay(5), page: 2, perPage: 1 });
    expect(lines[0]?.slice(0, 3)).toEqual(['id', 'order_ref', 'status']);
    expect(idsIn(lines)).toEqual(listed);
    const status = ['APPOINTMENT_STATUS_CANCELLED' as const];
    expect(idsIn(await downloadReport({ dateFrom: dayOf(5), dateTo: dayOf(5), status }))).toEqual([cancelled.id]);
    expect(idsIn(await downloadReport({ orderSubmittedAtFrom: '2999-01-01' }))).toEqual([]);
  });

  test('are for those who may see the list', async () => {
    await expect(download({ siteId: [world.siteId] }, strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
    await expect(download({}, staffWith(world, ['reservations.manage']))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('of more appointments than one can wait for are refused', async () => {
    await world.availabilitySql(
      `insert into bookings (id, organisation_id, site_id, order_id, item_id, offering_type, offering_id, starts_at, ends_at,
         guests, status, price_minor, request, summary, created_at, updated_at)
       select 'many-' || n, organisation_id, site_id, 'many-' || n, 'many-' || n, offering_type, offering_id,
         '2040-01-02T10:00:00Z', '2040-01-02T11:00:00Z', 1, status, 0, request, summary, now(), now()
       from bookings, generate_series(1, 20001) n where id = $1`,
      [confirmed.id],
    );
    const many = { startDateFrom: '2040-01-02', startDateTo: '2040-01-02' };
    await expect(download(many)).rejects.toMatchObject({ fields: { date_to: [expect.stringContaining('20000')] } });
    await world.availabilitySql(`delete from bookings where order_id like 'many-%'`);
  });
});
