import type { MediumFormat } from '@lido/proto/lido/checkin/v1/device.ts';

export type MediumKind = 'rfid_uid' | 'card_number' | 'barcode' | 'pin' | 'token';

/** Those that are the key itself: whoever reads one can use it. */
const secretKinds: readonly MediumKind[] = ['pin', 'token'];

/** What a reader has read, as it wrote it. */
export interface RawMedium {
  readonly kind: MediumKind;
  readonly raw: string;
  /** How it was written; as the device is set when absent. */
  readonly format?: MediumFormat;
}

/** A medium in the one form it is compared in: upper-case hexadecimal, most significant byte first, or its text. */
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
const textPattern = /^[\x20-\x7e]{1,200}$/;

/** The medium in its one form; undefined when the reading is not what the device's setting says it is. Nothing is guessed. */
export function normaliseMedium(medium: RawMedium, reading: MediumReading): Medium | undefined {
  const text = medium.raw.trim();
  const isNumber = medium.kind === 'rfid_uid' || medium.kind === 'card_number';
  const value = isNumber ? numberOf(text, { ...reading, format: medium.format ?? reading.format }) : textOf(text);
  return value === undefined ? undefined : { ...medium, value };
}

/** Whether a medium must not be kept as it is. */
export function isSecret({ kind }: Pick<RawMedium, 'kind'>): boolean {
  return secretKinds.includes(kind);
}

/** The medium as a device of this setting writes it; undefined where it can not. */
export function writtenFor(value: string, { format, uidBytes }: MediumReading): string | undefined {
  switch (format) {
    case 'MEDIUM_FORMAT_HEX_MSB':
      return hexOf(value);
    case 'MEDIUM_FORMAT_HEX_LSB':
      return reversed(hexOf(value));
    case 'MEDIUM_FORMAT_DECIMAL':
      return hexOf(value)?.length === uidBytes * 2 ? decimalOf(value, uidBytes) : undefined;
    case 'MEDIUM_FORMAT_TEXT':
      return textOf(value);
    case 'MEDIUM_FORMAT_UNSPECIFIED':
      return undefined;
  }
}

function numberOf(text: string, { format, uidBytes }: MediumReading): string | undefined {
  switch (format) {
    case 'MEDIUM_FORMAT_HEX_MSB':
      return hexOf(text);
    case 'MEDIUM_FORMAT_HEX_LSB':
      return reversed(hexOf(text));
    case 'MEDIUM_FORMAT_DECIMAL':
      return fromDecimal(text, uidBytes);
    case 'MEDIUM_FORMAT_TEXT':
      return textOf(text);
    case 'MEDIUM_FORMAT_UNSPECIFIED':
      return undefined;
  }
}

function textOf(text: string): string | undefined {
  return textPattern.test(text) ? text : undefined;
}

function reversed(hex: string | undefined): string | undefined {
  return hex?.match(/../g)?.reverse().join('');
}

/** As many digits as the largest number of that many bytes has. */
function decimalOf(hex: string, bytes: number): string {
  const digits = String(2n ** BigInt(bytes * 8) - 1n).length;
  return String(BigInt(`0x${hex}`)).padStart(digits, '0');
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
