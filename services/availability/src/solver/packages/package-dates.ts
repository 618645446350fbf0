import { hasBit } from '../bitset.ts';
import { type Asker, bookingWindows, isPermitted } from '../booking-window.ts';
import { type CompiledSite, typeStarts } from '../compile-site.ts';
import { bitFrom, bitOf } from '../horizon.ts';
import type { NoAvailabilityReason } from '../reason.ts';
import type { PackageItem, PackageModel } from './package-model.ts';
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
  if (windows.every(({ latestMs }) => firstMs > latestMs)) return 'not_yet_bookable';
  if (windows.every(({ earliestMs }) => item.startMs < earliestMs)) return 'no_longer_bookable';
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
