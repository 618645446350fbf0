import {
  type Appointment,
  type AppointmentChange,
  AppointmentServiceService,
} from '@lido/proto/lido/availability/v1/appointment.ts';
import type { CheckAnswer } from '@lido/proto/lido/availability/v1/check_answer.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { type Caller, type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { type Shop, shopOf } from '../../../test/support/offerings.ts';
import { item, noCustomer, openBasket } from '../../orders/test/builders.ts';
import { staffWith, startWorld, type World } from '../../orders/test/world.ts';

/** Where staff book appointments through orders and move them. */
export interface Desk {
  world: World;
  client: RawClient;
  shop: Shop;
  appointments: Peer<typeof AppointmentServiceService>;
  /** May manage reservations and override nothing; who calls where no other caller is given. */
  manager: Caller;
  /** Books for an hour; in a basket, or submitted. */
  book(wanted: Partial<OrderItemInput>, isBasket?: boolean): Promise<Booked>;
  get(id: string): Promise<Appointment>;
  update(id: string, change: Partial<AppointmentChange>, caller?: Caller): Promise<Appointment>;
  check(id: string, change: Partial<AppointmentChange>, caller?: Caller): Promise<CheckAnswer>;
  stop(): Promise<void>;
}

export interface Booked {
  orderId: string;
  id: string;
}

/** Opens a desk with services and databases of its own. */
export async function startDesk(): Promise<Desk> {
  const world = await startWorld();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const client = connectTo(world.availabilityAddress, { name: 'availability', telemetry });
  const appointments = peerOf(AppointmentServiceService, client);
  const manager = staffWith(world, ['reservations.view', 'reservations.manage']);
  return {
    ...{ world, client, appointments, manager, shop: shopOf(client, world.staff, world.siteId) },
    book: async (wanted, isBasket = false) => {
      const { id: basketId } = await openBasket(world);
      const asked = item({ offeringType: 'appointment', duration: 60, ...wanted });
      const { items } = await world.baskets.createBasketItem({ basketId, item: asked }, world.staff);
      const customer = { ...noCustomer, firstName: 'Ada', lastName: 'Byron' };
      await world.baskets.actionSetBasketCustomer({ basketId, customer }, world.staff);
      if (!isBasket) await world.orders.actionSubmitOrder({ orderId: basketId }, world.staff);
      return { orderId: basketId, id: items[0]?.id ?? '' };
    },
    get: (appointmentId) => appointments.getAppointment({ appointmentId }, world.staff),
    update: (id, change, caller = manager) => appointments.updateAppointment(requestOf(id, change), caller),
    check: (id, change, caller = manager) => appointments.checkAppointmentUpdate(requestOf(id, change), caller),
    stop: async () => {
      client.close();
      await telemetry.stop();
      await world.stop();
    },
  };
}

const nothing: AppointmentChange = { practitionerIds: [], stage: 'ORDER_STAGE_UNSPECIFIED', move: null };

function requestOf(appointmentId: string, change: Partial<AppointmentChange>) {
  return {
    appointmentId,
    appointment: { ...nothing, ...change },
    updateMask: Object.keys(change).map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  };
}
