import type { ValuePlan } from './plan.ts';
import { repairOffset } from './formats.ts';

const INTEGER = /^[+-]?\d{1,16}$/;
const NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * Reads the text of a query, form, header or path as what a field expects. A text that can not be read so is given
 * back as it is: the field's check then names what is allowed.
 */
export function parseText(plan: ValuePlan, raw: unknown): unknown {
  if (typeof raw !== 'string') return raw;
  switch (plan.kind) {
    case 'integer':
      return INTEGER.test(raw) ? Number(raw) : raw;
    case 'number':
      return NUMBER.test(raw) ? Number(raw) : raw;
    case 'boolean':
      return BOOLEANS.get(raw) ?? raw;
    case 'string':
      return repairOffset(plan.format, raw);
    case 'enum':
    case 'message':
    case 'struct':
    case 'any':
    case 'file':
      return raw;
  }
}

/** Tells why PostgreSQL could not store a text: it holds a NUL character or half of a surrogate pair. */
export function findUnstorable(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain the NUL character';
  if (!text.isWellFormed()) return 'must be well-formed Unicode text; it contains half of a surrogate pair';
  return undefined;
}
