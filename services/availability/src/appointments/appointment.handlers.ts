import type {
  Appointment,
  AppointmentIdRequest,
  AppointmentServiceService,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import type { JobQueue } from '@lido/runtime/jobs/job-queue.ts';
import { queueReport } from '@lido/runtime/jobs/queue-report.ts';
import { appointmentsExport, appointmentsReport } from './appointment-report.job.ts';
import { findAppointment } from './appointment.repository.ts';
import { appointmentsOf, listAppointmentsReport, listShopAppointments } from './list-appointments.handlers.ts';

/** Booked appointments. */
export function appointmentHandlers({ jobs }: { jobs: JobQueue }) {
  return {
    listShopAppointments,
    getAppointment,
    listAppointmentsReport,
    queueAppointmentsExport: queueReport(jobs, appointmentsExport),
    queueAppointmentsReport: queueReport(jobs, appointmentsReport),
  } satisfies Handlers<typeof AppointmentServiceService>;
}

async function getAppointment({ appointmentId }: AppointmentIdRequest, call: Call): Promise<Appointment> {
  const { id } = await findAppointment(appointmentId, call);
  const [appointment] = await appointmentsOf(call.em, [id]);
  if (!appointment) throw notFound(appointmentId);
  return appointment;
}
