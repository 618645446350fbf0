import { loadImage } from '@lido/proto/image';
import { SlotList } from '@lido/proto/lido/availability/v1/shop.ts';
import { createAnswerEncoder } from '@lido/runtime/rest/answer.ts';
import { decodeRequest } from '@lido/runtime/rest/decode-request.ts';
import { buildRoutes, type Route } from '@lido/runtime/rest/routes.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { compileSite } from '../../services/availability/src/solver/compile-site.ts';
import { findSlots, gridText } from '../../services/availability/src/solver/find-slots.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { measureTimes } from './measure-time.ts';
import { spaSite } from './spa-site.ts';
import type { Workbench } from './workbench.ts';

const slotCount = 1_000;
const location = { url: 'http://127.0.0.1/', query: '', requestId: 'r1' };

/** The REST codec beside JSON's own functions, from object to bytes and from text to object. */
export async function codec({ say }: Workbench): Promise<BenchRow[]> {
  const routes = buildRoutes(loadImage());
  const search = routeOf(routes, 'lido.availability.v1.ShopService.GetAppointmentAvailability');
  const create = routeOf(routes, 'lido.availability.v1.AppointmentTypeService.CreateAppointmentType');
  const encode = createAnswerEncoder(search);
  // As the gateway has it: read from the wire, hence without shared parts.
  const message = SlotList.decode(SlotList.encode(slotList()).finish());
  const answer = encode(message, location) ?? '';
  const plain: unknown = JSON.parse(answer);
  if (JSON.stringify(plain) !== answer) throw new Error('The encoder and JSON.stringify write different answers.');
  say(`  an answer of ${message.data.length} slots, ${Math.round(answer.length / 1000)} kB`);
  const body = JSON.stringify(createBody);
  const decode = () =>
    decodeRequest(create, { path: [], query: {}, headers: {}, body: JSON.parse(body) as unknown, bodySource: 'json' });
  if (decode().kind !== 'decoded') throw new Error(`The body is refused: ${JSON.stringify(decode())}`);
  const encoding = measureTimes(
    {
      // To bytes, because the text alone may be a chain of pieces that somebody still has to join.
      lido: () => Buffer.from(encode(message, location) ?? ''),
      json: () => Buffer.from(JSON.stringify(plain)),
    },
    { repeat: 1, rounds: 101 },
  );
  const decoding = measureTimes({ lido: decode, json: () => JSON.parse(body) as unknown }, { repeat: 10, rounds: 801 });
  return [
    benchRow({
      ...{ name: 'codec: encode 1,000 slots', figure: encoding.lido, unit: 'ms', against: encoding.json },
      bar: { of: 'ratio', is: '<=', value: 2 },
    }),
    benchRow({
      ...{ name: 'codec: decode a create body', figure: decoding.lido * 1000, unit: 'us' },
      against: decoding.json * 1000,
    }),
  ];
}

function routeOf(routes: readonly Route[], rpc: string): Route {
  const found = routes.find((route) => route.rpc === rpc);
  if (found === undefined) throw new Error(`The contract has no rpc ${rpc}.`);
  return found;
}

/** A thousand slots of a half booked site, as the availability service answers them. */
function slotList(): SlotList {
  const firstDate = '2026-06-01';
  const site = compileSite(spaSite(firstDate, 0.4), firstDate, 31);
  const days = findSlots(site, {
    ...{ appointmentTypeId: 'listed', dateFrom: firstDate, dateTo: addDays(firstDate, 30) },
    ...{ nowMs: Date.parse(`${firstDate}T00:00:00Z`), durationMinutes: 60, guests: 1, memberships: [] },
  });
  const slots = days.flatMap((day) => day.slots).slice(0, slotCount);
  if (slots.length < slotCount) throw new Error(`The site has ${slots.length} slots only.`);
  return {
    data: slots.map((slot) => ({
      startTime: gridText(site, slot.startMs),
      endTime: gridText(site, slot.endMs),
      duration: 60,
      endBuffer: 15,
      practitioners: slot.practitioners.map(({ id, name }) => ({ id, name })),
      rooms: slot.rooms.map(({ id, name }) => ({ id, name })),
      quantityAvailable: slot.quantityAvailable,
      totalQuantity: slot.totalQuantity,
      price: slot.amountMinor,
      currency: 'gbp',
      noAvailabilityReason: null,
      noAvailabilityMessage: null,
    })),
    meta: { maxAdvanceBookingsInterval: 'P6M', minAdvanceBookingsInterval: null, dataVersion: 4_711 },
  };
}

const id = (index: number): string => `665f1c2ab4d3e8f9a0${String(index).padStart(6, '0')}`;

const createBody = {
  name: 'Deep tissue massage',
  description: 'Firm work on tired muscles, from head to toe.',
  site_ids: [id(1)],
  practitioner_ids: Array.from({ length: 12 }, (_, index) => id(10 + index)),
  room_ids: Array.from({ length: 8 }, (_, index) => id(30 + index)),
  durations: [60, 90, 120],
  start_time_interval: 15,
  end_buffer: 15,
  min_guests: 1,
  max_guests: 2,
  practitioners_per_guest: 1,
  offered_online: true,
  max_advance_bookings_interval: 'P6M',
  min_advance_bookings_interval: 'PT2H',
};
