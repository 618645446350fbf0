import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { type Caller, createClient, type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf, weekdays } from '@lido/runtime/time/zone.ts';
import { apiAt, type Row } from '../../tools/seed/api.ts';
import type { Workbench } from './workbench.ts';

/** What everybody wants at once: the starts of one day with 4 practitioners and 2 rooms. */
export interface HotSet {
  readonly bookings: Peer<typeof BookingServiceService>;
  readonly caller: Caller;
  readonly siteId: string;
  readonly typeId: string;
  readonly starts: readonly string[];
  /** The connection URL of availability's database. */
  readonly databaseUrl: string;
}

const [practitionerCount, roomCount] = [4, 2];
const zone = 'Europe/London';
const [timeFrom, timeTo] = ['09:00', '17:00'];

/** Adds a site with a hot set to the running system, and connects to its availability service. */
export async function openHotSet(bench: Workbench): Promise<HotSet> {
  const system = await bench.system();
  const api = apiAt(system.baseUrl, system.token);
  const hours = weekdays.map((weekday) => ({ weekday, time_from: timeFrom, time_to: timeTo }));
  const site = await api.post('/sites', { name: 'Hot', timezone: zone, currency: 'GBP', opening_hours: hours });
  const rooms: Row[] = [];
  for (let index = 0; index < roomCount; index++)
    rooms.push(await api.post('/shop/rooms', { site_id: site.id, name: `Room ${index}`, capacity: 1 }));
  const practitioners: Row[] = [];
  for (let index = 0; index < practitionerCount; index++) {
    const person = await api.post('/shop/practitioners', { name: `Therapist ${index}`, site_ids: [site.id] });
    await api.post('/shop/practitioner-rotas', { practitioner_id: person.id, availability_rules: hours });
    practitioners.push(person);
  }
  const type = await api.post('/shop/appointment-types', {
    ...{ name: 'Massage', durations: [60], end_buffer: 0, start_time_interval: 30, site_ids: [site.id] },
    ...{ practitioner_ids: practitioners.map(({ id }) => id), room_ids: rooms.map(({ id }) => id) },
  });
  await api.post(`/shop/appointment-types/${type.id}/price-rules`, { price: 8_000 });
  const date = addDays(localDateOf(Date.now(), zone), 10);
  const search = `/shop/item-availability/appointments/${site.id}/${type.id}?date_from=${date}&date_to=${date}`;
  const slots = await api.get<{ start_time: string }[]>(search);
  const telemetry = startTelemetry({ service: 'bench', logLevel: 'silent' });
  const client = createClient(system.addressOf('availability'), { name: 'availability', telemetry });
  bench.defer(async () => {
    client.close();
    await telemetry.stop();
  });
  return {
    bookings: peerOf(BookingServiceService, client),
    caller: { principal: servicePrincipal('orders', system.organisationId), requestId: 'bench' },
    siteId: site.id,
    typeId: type.id,
    starts: slots.map(({ start_time: start }) => start),
    databaseUrl: system.databaseUrl('availability'),
  };
}
