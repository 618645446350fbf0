import type {
  Appointment,
  ListAppointmentsReportRequest,
  ListShopAppointmentsRequest,
  QueueAppointmentsExportRequest,
  QueueAppointmentsReportRequest,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import { invalid, type Refusal } from '@lido/runtime/errors/refusal.ts';
import type { ReportKind, ReportRow } from '@lido/runtime/jobs/job.ts';
import { sitesAsked } from '@lido/runtime/jobs/queue-report.ts';
import { type AppointmentFilter, reportFilter } from './appointment-filter.ts';
import { appointmentIds } from './appointment-list.repository.ts';
import { appointmentQuery, appointmentsOf } from './list-appointments.handlers.ts';

const batchMax = 500;

function csvOf<Request extends object>(
  type: string,
  filterOf: (request: Request) => AppointmentFilter,
  rowsMax: number | null = null,
): ReportKind<Request> {
  return {
    type,
    columns: Object.keys(columns),
    // Which appointments they are is said by one query, so that what is booked meanwhile does not move others out of the file.
    rows: async function* (request, call) {
      const query = await appointmentQuery(await sitesAsked(request, call), filterOf(request), call);
      const ids = await appointmentIds(call.em, query, { limit: rowsMax === null ? null : rowsMax + 1 });
      if (rowsMax !== null && ids.length > rowsMax) throw tooMany(rowsMax);
      for (let done = 0; done < ids.length; done += batchMax) {
        for (const appointment of await appointmentsOf(call.em, ids.slice(done, done + batchMax)))
          yield rowOf(appointment);
        call.progress((done + batchMax) / ids.length);
      }
    },
  };
}

const named = (resources: { name: string }[]): string => resources.map(({ name }) => name).join(', ');

const columns = {
  id: ({ id }) => id,
  order_ref: ({ orderRef }) => orderRef,
  status: ({ status }) => wordOf(status, 'APPOINTMENT_STATUS_'),
  stage: ({ stage }) => wordOf(stage, 'ORDER_STAGE_'),
  appointment_type_name: ({ appointmentTypeName }) => appointmentTypeName,
  start_time: ({ startTime }) => startTime,
  end_time: ({ endTime }) => endTime,
  duration: ({ duration }) => duration,
  practitioners: ({ practitioners }) => named(practitioners),
  room: ({ room }) => room?.name,
  guests: ({ guests }) => guests.length,
  customer_name: ({ fullName }) => fullName,
  email: ({ email }) => email,
  phone: ({ phone }) => phone,
  total_cost: ({ totalCost }) => totalCost,
  net_total: ({ netTotal }) => netTotal,
  currency: ({ currency }) => currency,
  order_submitted_at: ({ orderSubmittedAt }) => orderSubmittedAt,
  site_id: ({ siteId }) => siteId,
} satisfies Record<string, (appointment: Appointment) => ReportRow[string]>;

function rowOf(appointment: Appointment): ReportRow {
  return Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, cell(appointment)]));
}

/** An enum's value as clients know it; nothing where it is not known. */
function wordOf(value: string, prefix: string): string | null {
  return value.endsWith('_UNSPECIFIED') ? null : value.slice(prefix.length).toLowerCase();
}

/** The list as a file. */
export const appointmentsExport = csvOf<QueueAppointmentsExportRequest>('appointments_export', (request) => request);

/** The report as a file. */
export const appointmentsReport = csvOf<QueueAppointmentsReportRequest>('appointments_report', reportFilter);

/** Whoever waits for a file is not to wait for more. */
const downloadMax = 20_000;

function tooMany(max: number): Refusal {
  const sentence = `More than ${max} appointments are found. Please choose a shorter time, or queue the export.`;
  return invalid({ date_to: [sentence] });
}

/** The list as a file that is waited for. */
export const appointmentsDownload = csvOf<ListShopAppointmentsRequest>(
  'appointments',
  (request) => request,
  downloadMax,
);

/** The report as a file that is waited for. */
export const appointmentsReportDownload = csvOf<ListAppointmentsReportRequest>(
  'appointments_report',
  reportFilter,
  downloadMax,
);

/** What the service's runner makes of appointments. */
export const appointmentReports: ReportKind<never>[] = [appointmentsExport, appointmentsReport];
