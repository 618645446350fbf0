import type { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import type { BookingParts } from '../bookings/parts.ts';
import {
  getAppointmentAvailability,
  getAppointmentDatesAvailability,
  getOfferingDatesAvailability,
  getSessionAvailability,
  listAppointmentSlots,
} from './availability.handlers.ts';
import { getShopOffering, listRelatedOfferings, listShopOfferings } from './offering.handlers.ts';

/** What shops and their guests ask. */
export function shopHandlers(parts: BookingParts) {
  return {
    listShopOfferings: listShopOfferings(parts),
    getShopOffering: getShopOffering(parts),
    listShopOfferingCrossSells: listRelatedOfferings(parts, ({ crossSellOfferings }) => crossSellOfferings),
    listShopOfferingUpsells: listRelatedOfferings(parts, ({ upsellOfferings }) => upsellOfferings),
    getOfferingDatesAvailability: getOfferingDatesAvailability(parts),
    getAppointmentDatesAvailability: getAppointmentDatesAvailability(parts),
    getAppointmentAvailability: getAppointmentAvailability(parts),
    getSessionAvailability: getSessionAvailability(parts),
    listAppointmentSlots: listAppointmentSlots(parts),
  } satisfies Handlers<typeof ShopServiceService>;
}
