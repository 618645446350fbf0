import type {
  Appointment,
  AppointmentIdRequest,
  AppointmentServiceService,
  UpdateAppointmentRequest,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import type { OrderStage } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { downloadReport } from '@lido/runtime/jobs/download-report.ts';
import type { JobQueue } from '@lido/runtime/jobs/job-queue.ts';
import { queueReport } from '@lido/runtime/jobs/queue-report.ts';
import type { ChangeParts } from '../bookings/parts.ts';
import { ordersCaller } from '../order-cards/orders.client.ts';
import {
  appointmentsDownload,
  appointmentsExport,
  appointmentsReport,
  appointmentsReportDownload,
} from './appointment-report.job.ts';
import { checkAppointmentUpdate } from './check-appointment.handlers.ts';
import { findAppointment } from './appointment.repository.ts';
import { moveAppointment } from './move-appointment.handlers.ts';
import { appointmentsOf, listAppointmentsReport, listShopAppointments } from './list-appointments.handlers.ts';

/** Booked appointments. */
export function appointmentHandlers(parts: ChangeParts & { jobs: JobQueue }) {
  const { jobs } = parts;
  return {
    listShopAppointments,
    downloadShopAppointments: downloadReport(appointmentsDownload),
    getAppointment,
    updateAppointment: updateAppointment(parts),
    checkAppointmentUpdate: checkAppointmentUpdate(parts),
    listAppointmentsReport,
    downloadAppointmentsReport: downloadReport(appointmentsReportDownload),
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

/** Moves an appointment, restages its order, or both. A stage alone is not a matter of availability. */
function updateAppointment(parts: ChangeParts) {
  return async (request: UpdateAppointmentRequest, call: Call): Promise<Appointment> => {
    const { appointmentId } = request;
    const stage = stageOf(request);
    const { booking, isMoved } = await moveAppointment(parts, request, { call, isDryRun: false, stage });
    if (stage && !isMoved) {
      await parts.orders.changeOrderStage({ orderId: booking.orderId, stage }, ordersCaller(call));
    }
    const appointment = await getAppointment({ appointmentId }, call);
    // The card of the order follows in a moment.
    return stage ? { ...appointment, stage } : appointment;
  };
}

function stageOf({ appointment, updateMask }: UpdateAppointmentRequest): OrderStage | undefined {
  if (!updateMask?.includes('stage')) return undefined;
  const stage = appointment?.stage ?? 'ORDER_STAGE_UNSPECIFIED';
  return stage === 'ORDER_STAGE_UNSPECIFIED' ? 'ORDER_STAGE_NOT_ARRIVED' : stage;
}
