import { BookableDirectoryServiceService } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import { OrderBookingServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { urlCaller } from './actions/call-url.client.ts';
import type { ActionParts } from './actions/run-action.client.ts';
import { type RunningTriggers, triggersOf } from './actions/run-triggers.job.ts';
import type { CheckinGatewayConfig } from './config.ts';
import { bookablesFrom } from './presence/bookables.client.ts';
import { bookedItemsFrom } from './presence/booked-items.client.ts';
import { registerPresence } from './presence/change-presence.handlers.ts';
import type { PresenceParts } from './presence/presences.ts';
import type { Doors } from './readers/door.ts';

/** Check-ins at bookables and the actions they set off, which may make check-ins in their turn. */
export interface ComposedActions extends PresenceParts {
  readonly actions: ActionParts;
  readonly triggers: RunningTriggers;
  readonly allowedHosts: ReadonlySet<string>;
  readonly bookables: ActionParts['bookables'];
  readonly bookedItems: ActionParts['bookedItems'];
}

/** Puts them together. */
export function composeActions(
  parts: ServiceParts,
  config: CheckinGatewayConfig,
  { doors }: { doors: Doors },
): ComposedActions {
  const { db, clock, onCommit, telemetry } = parts;
  const availability = parts.peer(BookableDirectoryServiceService, 'availability', config.LIDO_AVAILABILITY_ADDRESS);
  const orders = parts.peer(OrderBookingServiceService, 'orders', config.LIDO_ORDERS_ADDRESS);
  const bookables = bookablesFrom(availability);
  const bookedItems = bookedItemsFrom(orders);
  const allowedHosts = config.LIDO_ACTION_HOSTS;
  const actions: ActionParts = {
    ...{ db, doors, bookables, bookedItems, onCommit, log: telemetry.log },
    callUrl: urlCaller(allowedHosts),
    nowMs: clock.nowMs,
    register: async (wanted, doer) => {
      const made = await registerPresence(wanted, doer, presence);
      await triggers.settle(made.id);
      return made;
    },
  };
  const triggers = triggersOf(actions, telemetry);
  const presence: PresenceParts = { db, clock, onCommit, triggers };
  return { ...presence, actions, triggers, allowedHosts, bookables, bookedItems };
}
