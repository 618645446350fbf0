import type {
  BookingServiceService,
  CheckedItem,
  CheckHoldsRequest,
  CheckHoldsResponse,
  ConfirmRequest,
  ExtendHoldsRequest,
  FindOfferingRequest,
  HoldResponse,
  OfferingDetails,
  ReleaseRequest,
} from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { notFound, Refusal, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { findOffering, toOfferingDetails } from '../offerings/offering.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { Booking } from './booking.ts';
import { bookingsOf, renewTime } from './booking.repository.ts';
import { toHeldItem } from './held-item.ts';
import { hold } from './hold.handlers.ts';
import { holdItems } from './hold-items.repository.ts';
import type { HoldOrder } from './hold-order.ts';
import { findPackage } from './package-line.handlers.ts';
import type { BookingParts, ChangeParts } from './parts.ts';

/** The rpcs that orders uses to hold time, keep it and give it back. */
export function bookingHandlers(parts: ChangeParts) {
  return {
    hold: hold(parts),
    extendHolds: (request, call) => extendHolds(parts, request, call),
    confirm: (request, call) => confirm(parts, request, call),
    release: (request) => release(parts, request),
    checkHolds,
    findOffering: (request, call) => offeringDetails(parts, request, call),
    findPackage: (request, call) => findPackage(parts, request, call),
  } satisfies Handlers<typeof BookingServiceService>;
}

const holdMinutesDefault = 15;
/** How long a lapsed hold that is being confirmed may take to become a booking. */
const confirmMinutes = 2;

async function extendHolds(parts: BookingParts, request: ExtendHoldsRequest, call: Call): Promise<HoldResponse> {
  const bookings = await bookingsOf(call.em, request.orderId);
  const versioned = await siteOf(parts, bookings, call);
  if (!versioned) return { items: [] };
  const minutes = request.holdMinutes || versioned.site.holdMinutes || holdMinutesDefault;
  const expiresAtMs = call.clock.nowMs() + minutes * 60_000;
  const { skipRules } = request;
  const renewal: Renewal = { versioned, skipRules, expiresAtMs, status: 'held' };
  await renew(parts, renewable(bookings, request.itemIds), renewal, call);
  return answer(parts, request.orderId, versioned, call);
}

async function confirm(parts: BookingParts, request: ConfirmRequest, call: Call): Promise<HoldResponse> {
  const bookings = await bookingsOf(call.em, request.orderId);
  const held = new Set(bookings.map(({ itemId }) => itemId));
  if (request.itemIds.some((itemId) => !held.has(itemId))) {
    throw stateConflict('hold_lapsed', 'What this order held has lapsed. Please reserve it again.');
  }
  const versioned = await siteOf(parts, bookings, call);
  if (!versioned) return { items: [] };
  const renewal: Renewal = { versioned, skipRules: request.skipRules, expiresAtMs: null, status: 'confirmed' };
  await renew(parts, renewable(bookings, request.itemIds), renewal, call);
  parts.waitlist.wake();
  return answer(parts, request.orderId, versioned, call);
}

/** What a basket holds or waits for with the items that are meant, all where none is named. */
function renewable(bookings: readonly Booking[], itemIds: readonly string[]): Booking[] {
  const isMeant = ({ itemId }: Booking): boolean => itemIds.length === 0 || itemIds.includes(itemId);
  return bookings.filter((booking) => isRenewable(booking) && isMeant(booking));
}

/** What a basket holds or waits for; all else lasts. */
function isRenewable({ status }: Booking): boolean {
  return status === 'held' || status === 'waiting';
}

interface Renewal {
  versioned: VersionedSite;
  /** Whether what has lapsed is claimed again past the rules, however it was held. */
  skipRules: boolean;
  expiresAtMs: number | null;
  status: 'held' | 'confirmed';
}

/** Claims again what has lapsed, then gives all bookings their new state in one transaction, or refuses and changes nothing of what stands. */
async function renew(parts: BookingParts, bookings: Booking[], renewal: Renewal, call: Call): Promise<void> {
  if (bookings.length === 0) return;
  const nowMs = call.clock.nowMs();
  const lapsed = bookings.filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs);
  await claimAgain(parts, lapsed, renewal, call);
  const ids = bookings.map(({ id }) => id);
  // A hold that lapsed in this very moment is claimed again by the caller's next try; nothing has changed.
  if (await parts.db.transaction((em) => renewTime(em, ids, renewal))) return;
  throw new Refusal('state_conflict', 'hold_lapsed', 'The hold has just lapsed. Please try again.');
}

/** What was held past the rules is claimed again past the rules, all else as the renewal says. Only what waited already may go on waiting. */
async function claimAgain(
  parts: BookingParts,
  lapsed: Booking[],
  { versioned, skipRules, expiresAtMs }: Renewal,
  call: Call,
): Promise<void> {
  const nowMs = call.clock.nowMs();
  const isPastRules = ({ request }: Booking): boolean => skipRules || request.skipsRules === true;
  const alike = Map.groupBy(lapsed, (booking) => `${isPastRules(booking)} ${booking.status}`);
  for (const bookings of alike.values()) {
    const order: HoldOrder = {
      versioned,
      site: versioned.site,
      nowMs,
      orderId: bookings[0]?.orderId ?? '',
      customerId: bookings[0]?.customerId ?? null,
      expiresAtMs: expiresAtMs ?? nowMs + confirmMinutes * 60_000,
      skipRules: bookings.some(isPastRules),
      isOnline: false,
      overrider: null,
      mayWait: bookings[0]?.status === 'waiting',
    };
    const items = bookings.map(({ request }) => request);
    await holdItems(parts, order, items, { call });
  }
}

async function release(parts: BookingParts, request: ReleaseRequest): Promise<object> {
  await parts.batches.release({ orderId: request.orderId, itemIds: request.itemIds });
  return {};
}

/** A lapsed hold is still valid while nobody else has taken its time; whether that is so, the real thing decides at submit. */
async function checkHolds(request: CheckHoldsRequest, call: Call): Promise<CheckHoldsResponse> {
  const bookings = new Map((await bookingsOf(call.em, request.orderId)).map((booking) => [booking.itemId, booking]));
  const nowMs = call.clock.nowMs();
  const items: CheckedItem[] = request.itemIds.map((itemId) => {
    const booking = bookings.get(itemId);
    if (!booking)
      return {
        itemId,
        valid: false,
        code: 'not_held',
        message: 'This item holds no time. Please choose a time for it.',
      };
    const isLapsed = isRenewable(booking) && booking.expiresAtMs !== null && booking.expiresAtMs <= nowMs;
    return isLapsed
      ? {
          itemId,
          valid: false,
          code: 'hold_lapsed',
          message: 'The hold on this time has lapsed. Please reserve it again.',
        }
      : { itemId, valid: true, code: '', message: '' };
  });
  return { items };
}

async function offeringDetails(
  parts: BookingParts,
  request: FindOfferingRequest,
  call: Call,
): Promise<OfferingDetails> {
  const versioned = await parts.compiledSites.get(request.siteId, call);
  const offering = versioned && findOffering(versioned.offerings, request.offeringType, request.offeringId);
  if (!offering) throw notFound(request.offeringId);
  return toOfferingDetails(offering, versioned.site.currency);
}

async function siteOf(parts: BookingParts, bookings: Booking[], call: Call): Promise<VersionedSite | undefined> {
  const [first] = bookings;
  return first && parts.compiledSites.get(first.siteId, call);
}

async function answer(
  parts: BookingParts,
  orderId: string,
  { site, offerings }: VersionedSite,
  call: Call,
): Promise<HoldResponse> {
  const bookings = await bookingsOf(parts.db.fork(), orderId);
  call.log.debug({ order_id: orderId, items: bookings.length }, 'bookings renewed');
  const items = bookings.map((booking) => {
    const offering = findOffering(offerings, booking.offeringType, booking.offeringId);
    const details = offering ? toOfferingDetails(offering, site.currency) : archivedDetails(booking, site);
    return toHeldItem(booking, details, site.timezone);
  });
  return { items };
}

/** An offering that was archived after it was booked keeps the name it had. */
function archivedDetails(booking: Booking, site: Site): OfferingDetails {
  return {
    offeringType: booking.offeringType,
    offeringId: booking.offeringId,
    name: booking.resources.offeringName,
    productCode: '',
    currency: site.currency.toLowerCase(),
    minGuests: 1,
    maxGuests: booking.guests,
    revenueCentre: null,
    requiresTime: true,
  };
}
