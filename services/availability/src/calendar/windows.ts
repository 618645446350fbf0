import { formatInstant } from '@lido/runtime/time/zone.ts';
import { hasBit } from '../solver/bitset.ts';
import { type Horizon, msOfBit } from '../solver/horizon.ts';

/** The stretches of set bits on a horizon of one day, as instants of its zone. */
export function windowsOf(horizon: Horizon, bits: Uint32Array): { startTime: string; endTime: string }[] {
  const [day] = horizon.days;
  const windows: { startTime: string; endTime: string }[] = [];
  const text = (bit: number): string => formatInstant(msOfBit(horizon, bit), horizon.zone);
  const [first, end] = [day?.fromBit ?? 0, day?.toBit ?? 0];
  let from = -1;
  for (let bit = first; bit <= end; bit++) {
    const isOpen = bit < end && hasBit(bits, bit);
    if (isOpen && from < 0) from = bit;
    if (isOpen || from < 0) continue;
    windows.push({ startTime: text(from), endTime: text(bit) });
    from = -1;
  }
  return windows;
}
