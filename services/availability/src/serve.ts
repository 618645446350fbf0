import { AppointmentTagServiceService } from '@lido/proto/lido/availability/v1/appointment_tag.ts';
import { AppointmentServiceService } from '@lido/proto/lido/availability/v1/appointment.ts';
import { AppointmentTypeServiceService } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import { AreaBookingTypeServiceService } from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import { EquipmentServiceService } from '@lido/proto/lido/availability/v1/equipment.ts';
import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { PractitionerRotaServiceService } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import type { GrpcServer } from '@lido/runtime/grpc/server.ts';
import { appointmentHandlers } from './appointments/appointment.handlers.ts';
import { appointmentTypeHandlers } from './appointments/appointment-type.handlers.ts';
import { areaBookingTypeHandlers } from './areas/area-booking-type.handlers.ts';
import { bookableAreaHandlers } from './areas/bookable-area.handlers.ts';
import { bookingHandlers } from './bookings/booking.handlers.ts';
import { appointmentTagHandlers } from './catalogue/appointment-tag.handlers.ts';
import { categoryHandlers } from './catalogue/category.handlers.ts';
import { equipmentHandlers } from './equipment/equipment.handlers.ts';
import { practitionerHandlers } from './practitioners/practitioner.handlers.ts';
import { roomHandlers } from './rooms/room.handlers.ts';
import { practitionerRotaHandlers } from './rotas/practitioner-rota.handlers.ts';
import { sessionTypeHandlers } from './sessions/session-type.handlers.ts';
import { sessionHandlers } from './sessions/session.handlers.ts';
import { shopHandlers } from './shop/shop.handlers.ts';
import type { BookingParts } from './bookings/parts.ts';

/** Adds every rpc of the service to its server. */
export function serve(server: GrpcServer, parts: BookingParts): void {
  server.add(RoomServiceService, roomHandlers);
  server.add(BookableAreaServiceService, bookableAreaHandlers);
  server.add(EquipmentServiceService, equipmentHandlers);
  server.add(PractitionerServiceService, practitionerHandlers);
  server.add(PractitionerRotaServiceService, practitionerRotaHandlers);
  server.add(AppointmentTagServiceService, appointmentTagHandlers);
  server.add(AppointmentServiceService, appointmentHandlers);
  server.add(AppointmentTypeServiceService, appointmentTypeHandlers);
  server.add(CategoryServiceService, categoryHandlers);
  server.add(AreaBookingTypeServiceService, areaBookingTypeHandlers);
  server.add(SessionTypeServiceService, sessionTypeHandlers);
  server.add(SessionServiceService, sessionHandlers);
  server.add(ShopServiceService, shopHandlers(parts));
  server.add(BookingServiceService, bookingHandlers(parts));
}
