import type { FieldErrors } from './field-errors.ts';
import { describeFormat, hasFormat } from './formats.ts';
import { checkFreeForm } from './free-form.ts';
import type { Bounds, EnumPlan, ValuePlan } from './plan.ts';
import { findUnstorable } from './text.ts';
import { UploadedFile } from './uploaded-file.ts';

type ScalarPlan = Exclude<ValuePlan, { kind: 'message' }>;
type StringPlan = Extract<ValuePlan, { kind: 'string' }>;

/** What a wrong value is decoded to; the sentence is in the errors, so nobody reads it. */
const REFUSED = undefined;

/**
 * Checks one value that is not a message and gives what ts-proto's object holds. Nothing is coerced: "5" is not a
 * number and 5 is not a string, but for a string declared lenient.
 */
export function decodeScalar(plan: ScalarPlan, raw: unknown, path: string, errors: FieldErrors): unknown {
  switch (plan.kind) {
    case 'string':
      return decodeString(plan, raw, path, errors);
    case 'integer':
      if (isIntegerIn(raw, plan.bounds)) return raw;
      errors.add(path, `must be a whole number${describeBounds(plan.bounds)}`);
      return REFUSED;
    case 'number':
      // JSON.parse makes 1e400 infinite.
      if (typeof raw === 'number' && Number.isFinite(raw) && isWithin(raw, plan.bounds)) return raw;
      errors.add(path, `must be a number${describeBounds(plan.bounds)}`);
      return REFUSED;
    case 'boolean':
      if (typeof raw === 'boolean') return raw;
      errors.add(path, 'must be true or false');
      return REFUSED;
    case 'enum':
      return decodeEnum(plan, raw, path, errors);
    case 'struct':
      if (!isObject(raw)) errors.add(path, 'must be an object');
      else checkFreeForm(raw, path, errors);
      return raw;
    case 'any':
      checkFreeForm(raw, path, errors);
      return raw;
    case 'file':
      if (raw instanceof UploadedFile) return raw;
      errors.add(path, 'must be a file of a multipart/form-data body');
      return REFUSED;
  }
}

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ends a sentence with what the bounds of a number allow; empty where there are none. */
export function describeBounds({ min, max }: Bounds): string {
  const low = min === Number.MIN_SAFE_INTEGER ? undefined : min;
  const high = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high === undefined ? '' : ` of at most ${high}`;
}

/** Says how many of something the bounds allow: of 1 to 20 characters, of at least 1 item. */
export function describeCount({ min, max }: Bounds, noun: string): string {
  const words = min !== undefined && max !== undefined ? ` of ${min} to ${max}` : describeBounds({ min, max });
  return `${words.trimStart()} ${noun}${(max ?? min) === 1 ? '' : 's'}`;
}

/** Whether a number lies within the bounds. */
export function isWithin(value: number, { min, max }: Bounds): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

function isIntegerIn(raw: unknown, bounds: Bounds): boolean {
  return typeof raw === 'number' && Number.isSafeInteger(raw) && isWithin(raw, bounds);
}

function decodeString(plan: StringPlan, raw: unknown, path: string, errors: FieldErrors): unknown {
  const text = plan.lenient && typeof raw === 'number' && Number.isFinite(raw) ? String(raw) : raw;
  if (typeof text !== 'string') {
    errors.add(path, `must be ${plan.lenient ? 'a string or a number' : describeFormat(plan.format)}`);
    return REFUSED;
  }
  const unstorable = findUnstorable(text);
  if (unstorable) errors.add(path, unstorable);
  else if (!hasFormat(plan.format, text)) errors.add(path, `must be ${describeFormat(plan.format)}`);
  else if (!isWithin(countCharacters(text), plan.length)) {
    errors.add(path, `must be a string ${describeCount(plan.length, 'character')}`);
  }
  return text;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function decodeEnum(plan: EnumPlan, raw: unknown, path: string, errors: FieldErrors): unknown {
  const literal = typeof raw === 'string' ? plan.literalOf.get(raw) : undefined;
  if (literal === undefined) errors.add(path, `must be one of: ${[...plan.literalOf.keys()].join(', ')}`);
  return literal;
}
