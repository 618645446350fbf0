import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { OrderBookingServiceService, OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { BasketServiceService } from '@lido/proto/lido/orders/v1/basket.ts';
import { BasketPackageServiceService } from '@lido/proto/lido/orders/v1/basket_package.ts';
import { OrderServiceService } from '@lido/proto/lido/orders/v1/order.ts';
import { OrderGuestServiceService } from '@lido/proto/lido/orders/v1/order_guest.ts';
import { OrderItemServiceService } from '@lido/proto/lido/orders/v1/order_items.ts';
import { OrderNoteServiceService } from '@lido/proto/lido/orders/v1/order_note.ts';
import { OrderPaymentServiceService } from '@lido/proto/lido/orders/v1/order_payment.ts';
import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import { type RunningService, type ServiceParts, startService } from '@lido/runtime/service/start-service.ts';
import { projectSite, sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { OrdersMigration } from '../migrations/0001-orders.ts';
import { BookingRevisionsMigration } from '../migrations/0002-booking-revisions.ts';
import { CheckinsMigration } from '../migrations/0003-checkins.ts';
import { GuestsByCustomerMigration } from '../migrations/0004-guests-by-customer.ts';
import { PackagesMigration } from '../migrations/0005-packages.ts';
import { basketPackageHandlers } from './baskets/basket-package.handlers.ts';
import { basketHandlers } from './baskets/basket.handlers.ts';
import { bookingsFrom } from './bookings/bookings.client.ts';
import { orderBookingHandlers } from './bookings/order-booking.handlers.ts';
import { giveBackTime } from './bookings/release.job.ts';
import { ordersConfig } from './config.ts';
import { OrderGuestEntity } from './guests/order-guest.entity.ts';
import { orderGuestHandlers } from './guests/order-guest.handlers.ts';
import { bookingSubscription } from './items/booking.consumer.ts';
import { checkinSubscriptions } from './items/checkin.consumer.ts';
import { OrderItemEntity } from './items/order-item.entity.ts';
import { OrderPackageEntity } from './packages/order-package.entity.ts';
import { OrderNoteEntity } from './notes/order-note.entity.ts';
import { orderItemHandlers } from './items/staff-item.handlers.ts';
import { orderNoteHandlers } from './notes/order-note.handlers.ts';
import { orderDirectoryHandlers } from './orders/order-directory.handlers.ts';
import { OrderEntity } from './orders/order.entity.ts';
import { orderHandlers } from './orders/order.handlers.ts';
import type { Ports } from './orders/ports.ts';
import { captureSubscription } from './payments/capture.consumer.ts';
import { OrderPaymentEntity } from './payments/order-payment.entity.ts';
import { orderPaymentHandlers } from './payments/order-payment.handlers.ts';
import { eraseFromOrders } from './people/erased-customer.consumer.ts';
import { peopleFrom } from './people/people.client.ts';
import { type SubmitStep, submitsOf } from './submit/submit.job.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';

export interface OrdersOptions {
  /** Called after each step of a submit has taken effect. */
  afterSubmitStep?: (step: SubmitStep) => void;
}

/** In the order they run; a name is written to the database and never changes. */
const migrations = [
  { name: '0001-orders', class: OrdersMigration },
  { name: '0002-booking-revisions', class: BookingRevisionsMigration },
  { name: '0003-checkins', class: CheckinsMigration },
  { name: '0004-guests-by-customer', class: GuestsByCustomerMigration },
  { name: '0005-packages', class: PackagesMigration },
];

/** Starts the orders service. */
export function start(env: Env, { afterSubmitStep = () => undefined }: OrdersOptions = {}): Promise<RunningService> {
  const config = readConfig(ordersConfig, env, 'orders');
  return startService({
    name: 'orders',
    source: 'orders',
    config,
    entities: [OrderEntity, OrderItemEntity, OrderPackageEntity, OrderGuestEntity, OrderPaymentEntity, OrderNoteEntity],
    migrations,
    compose: (parts: ServiceParts) => {
      const { db, clock, telemetry, onCommit } = parts;
      const bookings = bookingsFrom(
        parts.peer(BookingServiceService, 'availability', config.LIDO_AVAILABILITY_ADDRESS),
      );
      const submits = submitsOf({ db, clock, bookings, onCommit, afterStep: afterSubmitStep });
      const sweep = async (): Promise<void> => {
        await submits.recover();
        await giveBackTime(db, bookings);
      };
      const sweeping = { name: 'unfinished submits', everyMs: config.LIDO_ORDERS_SWEEP_MS, telemetry };
      const sweeper = sweeperOf(sweep, sweeping);
      const ports: Ports = {
        sites: sitesFrom(parts.peer(SiteDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS)),
        people: peopleFrom(parts.peer(CustomerDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS)),
        bookings,
        submits,
        wakeSweeper: sweeper.wake,
      };
      return {
        serve: (server) => {
          server.add(BasketServiceService, basketHandlers(ports));
          server.add(BasketPackageServiceService, basketPackageHandlers(ports));
          server.add(OrderServiceService, orderHandlers(ports));
          server.add(OrderItemServiceService, orderItemHandlers(ports));
          server.add(OrderGuestServiceService, orderGuestHandlers);
          server.add(OrderPaymentServiceService, orderPaymentHandlers);
          server.add(OrderNoteServiceService, orderNoteHandlers);
          server.add(OrderDirectoryServiceService, orderDirectoryHandlers);
          server.add(OrderBookingServiceService, orderBookingHandlers);
        },
        subscriptions: [
          {
            name: 'orders-from-customers',
            source: 'customers',
            mode: 'projection',
            handlers: {
              'lido.customers.site.saved': projectSite,
              'lido.customers.customer.saved': eraseFromOrders,
            },
          },
          captureSubscription(clock),
          bookingSubscription(clock),
          ...checkinSubscriptions(clock),
        ],
        background: () => [sweeper.start()],
      };
    },
  });
}
