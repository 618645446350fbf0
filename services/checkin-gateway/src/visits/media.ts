import type { MediumFormat } from '@lido/proto/lido/checkin/v1/device.ts';

export type MediumKind = 'rfid_uid' | 'barcode';

/** What a reader has read, as it wrote it. */
export interface RawMedium {
  readonly kind: MediumKind;
  readonly raw: string;
}

/** A medium in the one form it is stored and compared in: upper-case hexadecimal, most significant byte first, or a barcode's text. */
export interface Medium extends RawMedium {
  readonly value: string;
}

/** How a device writes card numbers. */
export interface MediumReading {
  readonly format: MediumFormat;
  /** How many bytes a decimal number is padded to. */
  readonly uidBytes: number;
}

const uidBytesMax = 32;
const hexPattern = /^(?:[0-9a-f]{2})+$/i;
const decimalPattern = /^\d{1,25}$/;
const barcodePattern = /^[\x20-\x7e]{1,200}$/;

/** The medium in its one form; undefined when the reading is not what the device's setting says it is. Nothing is guessed. */
export function normaliseMedium({ kind, raw }: RawMedium, reading: MediumReading): Medium | undefined {
  const text = raw.trim();
  const value = kind === 'barcode' ? (barcodePattern.test(text) ? text : undefined) : uidOf(text, reading);
  return value === undefined ? undefined : { kind, raw, value };
}

function uidOf(text: string, { format, uidBytes }: MediumReading): string | undefined {
  switch (format) {
    case 'MEDIUM_FORMAT_HEX_MSB':
      return hexOf(text);
    case 'MEDIUM_FORMAT_HEX_LSB':
      return hexOf(text)?.match(/../g)?.reverse().join('');
    case 'MEDIUM_FORMAT_DECIMAL':
      return fromDecimal(text, uidBytes);
    case 'MEDIUM_FORMAT_UNSPECIFIED':
      return undefined;
  }
}

function hexOf(text: string): string | undefined {
  const isUid = hexPattern.test(text) && text.length <= uidBytesMax * 2 && /[^0]/.test(text);
  return isUid ? text.toUpperCase() : undefined;
}

function fromDecimal(text: string, uidBytes: number): string | undefined {
  if (!decimalPattern.test(text)) return undefined;
  const hex = BigInt(text)
    .toString(16)
    .padStart(uidBytes * 2, '0');
  return hex.length === uidBytes * 2 ? hexOf(hex) : undefined;
}
