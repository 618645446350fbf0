import type { Barcode, MediumKind } from '@lido/proto/lido/customers/v1/barcode.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { MediumRow } from './medium.entity.ts';

const barcodeLengthMax = 200;
const hexadecimal = /^([0-9A-F]{2}){1,32}$/;

/** The value as it is kept: barcodes as printed, wearables in upper-case hex without separators. */
export function mediumValue(kind: MediumKind, text: string): string {
  const trimmed = text.trim();
  return kind === 'MEDIUM_KIND_WEARABLE' ? trimmed.replace(/[\s:-]/g, '').toUpperCase() : trimmed;
}

/** What is wrong with a value. */
export function mediumErrors(kind: MediumKind, value: string): FieldErrors {
  if (value === '') return { barcode: ['The barcode field is required.'] };
  if (value.length > barcodeLengthMax)
    return { barcode: [`The barcode must have at most ${barcodeLengthMax} characters.`] };
  if (kind !== 'MEDIUM_KIND_WEARABLE' || hexadecimal.test(value)) return {};
  return { barcode: ["A wearable's barcode must be 1 to 32 bytes in hexadecimal, such as 04A1B2C3D4E5F6."] };
}

/** The public form of a medium. */
export function toBarcode(row: MediumRow): Barcode {
  return {
    id: row.id,
    customerId: row.customerId,
    barcode: row.value,
    kind: row.kind,
    createdAt: formatInstant(row.createdAt.getTime(), 'UTC'),
    blockedAt: blockedSince(row),
    blockedReason: row.blockedReason ?? null,
  };
}

/** Since when a medium opens no door; null while it does. */
export function blockedSince({ blockedAt }: Pick<MediumRow, 'blockedAt'>): string | null {
  return blockedAt ? formatInstant(blockedAt.getTime(), 'UTC') : null;
}
