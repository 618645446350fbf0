import type {
  Appointment,
  ListAppointmentsReportRequest,
  ListAppointmentsResponse,
  ListShopAppointmentsRequest,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { asked, type ListRequest, pageOf } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { permittedSites } from '@lido/runtime/resource/scope.ts';
import { bookingsOfItems } from '../bookings/booking.repository.ts';
import { currenciesOf } from '../offerings/currency.repository.ts';
import { orderCards } from '../order-cards/order-card.repository.ts';
import { idsInZones } from '../zones/zone.repository.ts';
import { type AppointmentFilter, boundsIn, reportFilter } from './appointment-filter.ts';
import { type AppointmentQuery, appointmentIds, appointmentSums, buffersOf } from './appointment-list.repository.ts';
import { toAppointment } from './appointment-message.ts';

/** Lists the appointments of the sites asked for, or of all where the caller may see reservations. */
export function listShopAppointments(
  request: ListShopAppointmentsRequest,
  call: Call,
): Promise<ListAppointmentsResponse> {
  return listPage(request, request, call);
}

/** The same rows of one site. */
export function listAppointmentsReport(
  request: ListAppointmentsReportRequest,
  call: Call,
): Promise<ListAppointmentsResponse> {
  return listPage(request, reportFilter(request), call);
}

async function listPage(
  request: Pick<ListRequest, 'siteId' | 'page' | 'perPage'>,
  filter: AppointmentFilter,
  call: Call,
): Promise<ListAppointmentsResponse> {
  const { em } = call;
  const { page, perPage, offset } = pageOf(request);
  const query = await appointmentQuery(permittedSites(call, asked(request.siteId)), filter, call);
  const sums = await appointmentSums(em, query);
  const ids = await appointmentIds(em, query, { limit: perPage, offset });
  return {
    data: await appointmentsOf(em, ids),
    page: { page, perPage, total: sums.appointments },
    totals: {
      appointments: sums.appointments,
      guests: sums.guests,
      duration: sums.durationMinutes,
      totalCost: sums.totalMinor,
      netTotal: sums.netMinor,
      currency: sums.currency,
    },
  };
}

/** A filter with its times on the clocks of each site. */
export async function appointmentQuery(
  siteIds: string[],
  filter: AppointmentFilter,
  { em, principal }: Pick<Call, 'em' | 'principal'>,
): Promise<AppointmentQuery> {
  const zones = await zonesOf(em, siteIds);
  const byZone = Map.groupBy(siteIds, (siteId) => zones.get(siteId) ?? 'UTC');
  const places = [...byZone].map(([zone, siteIds]) => ({ siteIds, bounds: boundsIn(zone, filter) }));
  const { organisationId } = principal;
  const inZones = filter.zoneId.length === 0 ? null : [...(await idsInZones(em, filter.zoneId))];
  return { organisationId, places, filter, idsInZones: inZones };
}

/** Appointments by their ids, in this order, with a query for each table however many they are. */
export async function appointmentsOf(em: SqlEntityManager, ids: string[]): Promise<Appointment[]> {
  if (ids.length === 0) return [];
  const byId = await bookingsOfItems(em, ids);
  const bookings = ids.map((id) => byId.get(id)).filter((booking) => booking !== undefined);
  const siteIds = [...new Set(bookings.map(({ siteId }) => siteId))];
  const zones = await zonesOf(em, siteIds);
  const currencies = await currenciesOf(em, siteIds);
  const buffers = await buffersOf(em, ids);
  const cards = await orderCards(
    em,
    bookings.map(({ orderId }) => orderId),
  );
  return bookings.map((booking) =>
    toAppointment(booking, {
      card: cards.get(booking.orderId),
      zone: zones.get(booking.siteId) ?? 'UTC',
      currency: currencies.get(booking.siteId) ?? '',
      endBufferMinutes: buffers.get(booking.id) ?? 0,
    }),
  );
}
