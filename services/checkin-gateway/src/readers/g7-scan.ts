import type { MediumKind } from '../visits/media.ts';
import type { G7Frame } from './g7-frame.ts';

/** Something a reader has read. */
export interface Scan {
  readonly event: 'App.CardIdent' | 'IO.BarcodeRead' | 'IO.TagInReader';
  readonly kind: MediumKind;
  /** As the device wrote it; empty where it should have written something, which makes it an invalid read. */
  readonly raw: string;
  readonly readerRef: string | null;
}

/** One physical scan can be told twice, under two names, within this time. */
const sameScanMs = 600;

/** What an event says was read; undefined for events that are no scans. */
export function scanOf({ cmd, data }: G7Frame): Scan | undefined {
  const readerRef = textOf(data['ReaderId']) ?? null;
  switch (cmd) {
    case 'App.CardIdent':
      return { event: cmd, kind: 'rfid_uid', raw: textOf(data['UID']) ?? '', readerRef };
    case 'IO.BarcodeRead':
      return { event: cmd, kind: 'barcode', raw: textOf(data['Barcode']) ?? '', readerRef };
    case 'IO.TagInReader': {
      const barcode = textOf(data['Barcode']);
      if (barcode !== undefined) return { event: cmd, kind: 'barcode', raw: barcode, readerRef };
      return { event: cmd, kind: 'rfid_uid', raw: textOf(data['UID']) ?? '', readerRef };
    }
    default:
      return undefined;
  }
}

/** Whether the second of two events tells again of the first one's scan. Two events of one name are two taps, which the rules judge. */
export function isSameScan(first: Scan, second: Scan, betweenMs: number): boolean {
  if (first.event === second.event || betweenMs > sameScanMs) return false;
  if (first.readerRef !== null && second.readerRef !== null && first.readerRef !== second.readerRef) return false;
  const isKnownPair = [first, second].every(({ event }) => event !== 'App.CardIdent');
  return isKnownPair || first.raw === second.raw;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value.slice(0, 128) : undefined;
}
