import { afterAll, beforeAll, expect, test } from 'vitest';
import { AreaAvailabilityServiceService } from '@lido/proto/lido/availability/v1/area_availability.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import { callerMetadata } from '@lido/runtime/grpc/client.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { dayAhead } from './classes.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const noExclusions = { excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
const firstDay = 5;
const dates = Array.from({ length: 40 }, (_, day) => dayAhead(firstDay + day));
const [dateFrom = '', dateTo = ''] = [dates[0], dates.at(-1)];
const options = () => ({ metadata: callerMetadata(world.anybody.principal, 'test'), deadlineMs: 10_000 });

test('the starts of many days come in several messages, and are those of each day', async () => {
  const { id: appointmentTypeId } = await offer(world, { practitionerIds: await hire(world, 2), roomIds: [] });
  const asked = { siteId: world.siteId, appointmentTypeId, practitionerId: [], ...noExclusions };
  const search = (from: string, to: string) =>
    world.shop.getAppointmentAvailability({ ...asked, dateFrom: from, dateTo: to }, world.anybody);
  const whole = await search(dateFrom, dateTo);
  const days = await Promise.all(dates.map((date) => search(date, date)));
  expect(days.every(({ data }) => data.length > 0)).toBe(true);
  expect(whole).toEqual({ data: days.flatMap(({ data }) => data), meta: days[0]?.meta });
  const request = { ...asked, dateFrom, dateTo };
  const messages = world.client.serverStream(ShopServiceService.getAppointmentAvailability, request, options());
  const metas: unknown[] = [];
  for await (const { meta } of messages) metas.push(meta);
  expect(metas.length).toBeGreaterThan(1);
  expect(metas).toEqual([whole.meta, ...metas.slice(1).map(() => null)]);
});

test('so do those of areas', async () => {
  const { id: bookingTypeId } = await offerAreas(world, await dig(world, 4));
  const asked = { bookingTypeId, excludeBookings: [], excludeBasketItems: [] };
  const { getAreaBookingAvailability: search } = world.peer(AreaAvailabilityServiceService);
  const whole = await search({ ...asked, dateTimeFrom: dateFrom, dateTimeTo: dateTo }, world.anybody);
  const days = await Promise.all(
    dates.map((date) => search({ ...asked, dateTimeFrom: date, dateTimeTo: date }, world.anybody)),
  );
  expect(whole.data.length).toBeGreaterThan(dates.length);
  expect(whole).toEqual({ data: days.flatMap(({ data }) => data), meta: days[0]?.meta });
});
