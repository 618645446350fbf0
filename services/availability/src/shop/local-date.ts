import { localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';

/** The local date that a date, or an instant, names in a zone; undefined for an empty text. */
export function localDate(text: string | null | undefined, zone: string): string | undefined {
  if (!text) return undefined;
  const instant = parseInstant(text);
  return instant === undefined ? text.slice(0, 10) : localDateOf(instant, zone);
}
