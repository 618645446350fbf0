import { hasBit, nextSetBit } from '../bitset.ts';
import { type Asker, bookingWindows, isPermitted } from '../booking-window.ts';
import { type CompiledSite, typeStarts } from '../compile-site.ts';
import { bitFrom, bitOf, daysOf, msOfBit } from '../horizon.ts';
import type { NoAvailabilityReason } from '../reason.ts';
import { type PackageItem, type PackageModel, requiredTimes } from './package-model.ts';
import { packagePrice } from './package-price.ts';
import { firstStart } from './package-rules.ts';

/**
 * Why a package itself can not be booked with an item beside what is held of it: who may book it, how far ahead of its first start, when
 * it is on offer, and whether that day has a price. Undefined when it can.
 */
export function packageReason(
  site: CompiledSite,
  model: PackageModel,
  asker: Asker,
  { held, item }: { readonly held: readonly PackageItem[]; readonly item: PackageItem },
): NoAvailabilityReason | undefined {
  const { zone } = site.model;
  const windows = bookingWindows(model, asker, zone);
  const firstMs = firstStart([...held, item]);
  if (windows.every(({ earliestMs }) => item.startMs < earliestMs)) return 'no_longer_bookable';
  if (!windows.some(({ earliestMs, latestMs }) => earliestMs <= item.startMs && firstMs <= latestMs))
    return 'not_yet_bookable';
  if (!isPermitted(model, asker)) return 'members_only';
  if (!isOffered(site, model, item)) return 'offering_unavailable';
  return packagePrice(model, firstMs, zone) === undefined ? 'no_price' : undefined;
}

/** Whether the whole of an item lies in the time that the package's own rules open. */
export function isOffered(site: CompiledSite, model: PackageModel, { startMs, endMs }: PackageItem): boolean {
  const { horizon } = site;
  const [from, to] = [bitOf(horizon, startMs), bitFrom(horizon, endMs)];
  return from >= 0 && hasBit(typeStarts(site, model, to - from).available, from);
}

/** Whether a package by itself can be had on a local date: it has a price, and its own rules are open for who asks some time that day. */
export function isOnOffer(site: CompiledSite, model: PackageModel, asker: Asker, date: string): boolean {
  const { horizon } = site;
  const [day] = daysOf(horizon, date, date) ?? [];
  if (day === undefined || !isPermitted(model, asker)) return false;
  if (packagePrice(model, msOfBit(horizon, day.fromBit), horizon.zone) === undefined) return false;
  const { available } = typeStarts(site, model, 1);
  return bookingWindows(model, asker, horizon.zone).some(({ earliestMs, latestMs }) => {
    const from = Math.max(day.fromBit, bitOf(horizon, earliestMs));
    return nextSetBit(available, from, Math.min(day.toBit, bitOf(horizon, latestMs) + 1)) >= 0;
  });
}

/** Whether a package can begin on a local date; `hasStart` tells that one of its required choices has a start then that leaves the rest bookable. */
export function canBegin(
  site: CompiledSite,
  model: PackageModel,
  asker: Asker,
  { date, hasStart }: { readonly date: string; readonly hasStart: boolean },
): boolean {
  return (hasStart || requiredTimes(model).length === 0) && isOnOffer(site, model, asker, date);
}
