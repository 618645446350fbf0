import type { FieldErrors } from './field-errors.ts';
import { findUnstorable } from './text.ts';

/**
 * How deep objects may nest. Each level of a google.protobuf.Struct costs three of the 100 levels of recursion that
 * protobuf readers allow, so 24 levels and the messages around them fit.
 */
export const DEPTH_MAX = 24;

/** How large one free-form value may be, in bytes of JSON. It is told in events, and a message of a stream is at most 1 MiB. */
export const FREE_FORM_BYTES_MAX = 16_000;

/** Checks free-form JSON: bounded depth and size, finite numbers, and only text and keys that can be stored. Adds at most one sentence. */
export function checkFreeForm(value: unknown, path: string, errors: FieldErrors): boolean {
  const complaint = findComplaint(value, 1) ?? findSizeComplaint(value);
  if (complaint) errors.add(path, complaint);
  return complaint === undefined;
}

function findComplaint(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return findUnstorable(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must not contain a number out of range';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEPTH_MAX) return `must not nest deeper than ${DEPTH_MAX} levels`;
  for (const [key, item] of Object.entries(value)) {
    const complaint = findKeyComplaint(key) ?? findComplaint(item, depth + 1);
    if (complaint) return complaint;
  }
  return undefined;
}

function findSizeComplaint(value: unknown): string | undefined {
  const isWithin = Buffer.byteLength(JSON.stringify(value)) <= FREE_FORM_BYTES_MAX;
  return isWithin ? undefined : `must not be larger than ${FREE_FORM_BYTES_MAX} bytes of JSON`;
}

/** Keys become keys of plain objects, where __proto__ would change the object instead of being stored in it. */
export function findKeyComplaint(key: string): string | undefined {
  return key === '__proto__' ? 'must not have a key named __proto__' : findUnstorable(key);
}
