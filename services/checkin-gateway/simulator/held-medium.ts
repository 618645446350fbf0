import type { HeldMedium } from './http-reader.ts';

export const mediumKinds = ['rfid_uid', 'card_number', 'barcode', 'pin', 'token'] as const;
export const mediumFormats = ['HEX_MSB', 'HEX_LSB', 'DECIMAL', 'TEXT'] as const;

/** A card or code as a reader of a format writes it; cards are given as hexadecimal, most significant byte first. */
export function heldMedium(
  kind: HeldMedium['kind'],
  value: string,
  format: NonNullable<HeldMedium['format']>,
): HeldMedium {
  const isNumber = kind === 'rfid_uid' || kind === 'card_number';
  return isNumber ? { kind, value: written(value, format), format } : { kind, value };
}

function written(hex: string, format: HeldMedium['format']): string {
  if (format === 'HEX_LSB') return Buffer.from(hex, 'hex').reverse().toString('hex');
  return format === 'DECIMAL' ? BigInt(`0x${hex}`).toString() : hex;
}
