import { formatInstant, parseWallTime } from '@lido/runtime/time/zone.ts';
import type { StartOption } from '../itineraries/start-options.ts';
import type { PackageItem } from './package-model.ts';

/** An option at a time, with what the site's clocks show at its start. */
export function packageItem(
  { choiceId, optionId }: { readonly choiceId: string; readonly optionId: string },
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  zone: string,
  start?: StartOption,
): PackageItem {
  const text = formatInstant(startMs, zone);
  const wallMinute = parseWallTime(text.slice(11, 16)) ?? 0;
  return { choiceId, optionId, date: text.slice(0, 10), wallMinute, startMs, endMs, ...(start && { start }) };
}
