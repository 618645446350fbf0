import { formatInstant } from '@lido/runtime/time/zone.ts';

/** A time of a day as London's clocks show it, in summer too, and as the services write it. */
export function inLondon(date: string, time: string): string {
  const noon = formatInstant(Date.parse(`${date}T12:00:00Z`), 'Europe/London');
  return `${date}T${time}:00${noon.slice(-6)}`;
}
