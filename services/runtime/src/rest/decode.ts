import { emptyValue } from './empty-value.ts';
import { decodeScalar, describeCount, isObject, isWithin } from './decode-value.ts';
import { FieldErrors, type FieldErrorRecord } from './field-errors.ts';
import { DEPTH_MAX, findKeyComplaint } from './free-form.ts';
import type { FieldPlan, MessagePlan, ValuePlan } from './plan.ts';
import { parseText } from './text.ts';

/** Where values come from. All but JSON carry text only, which is read as what the field expects. */
export type Source = 'json' | 'form' | 'query';

export interface DecodeContext {
  readonly source: Source;
  readonly errors: FieldErrors;
}

/** How the keys of a message are to be taken. */
export interface KeyRules {
  /** The body says only what differs from a row: absent required fields are fine. */
  readonly isPartial: boolean;
  /** Fields that are set for good are passed over. */
  readonly ignoresImmutable: boolean;
  /** Fields filled from elsewhere, by proto name; their keys are ignored. */
  readonly except: ReadonlySet<string>;
}

export interface DecodedBody {
  /** ts-proto's object; only to be used when there are no errors. */
  readonly value: Record<string, unknown>;
  /** The proto names of the top-level fields the body carries. */
  readonly mask: string[];
  readonly errors: FieldErrorRecord;
}

const CREATING: KeyRules = { isPartial: false, ignoresImmutable: false, except: new Set() };

/**
 * Checks a JSON or form body against a message. A key that is absent leaves the field unset, null clears an optional
 * field or a list, null in a required field is an error. Output-only and unknown keys are ignored.
 */
export function decodeBody(
  plan: MessagePlan,
  body: unknown,
  { changing = false, source = 'json' }: { changing?: boolean; source?: Source } = {},
): DecodedBody {
  const errors = new FieldErrors();
  if (!isObject(body)) {
    return { value: plan.create(), mask: [], errors: { body: ['The body must be a JSON object.'] } };
  }
  const rules = { ...CREATING, isPartial: changing, ignoresImmutable: changing };
  const { value, mask } = decodeKeys(plan, body, rules, { path: '', depth: 1, source, errors });
  return { value, mask, errors: errors.toRecord() };
}

interface Place extends DecodeContext {
  readonly path: string;
  readonly depth: number;
}

/** Decodes the keys of an object into a new message. */
export function decodeKeys(
  plan: MessagePlan,
  body: Record<string, unknown>,
  rules: KeyRules,
  place: Place,
): { value: Record<string, unknown>; mask: string[] } {
  const value = plan.create();
  const mask: string[] = [];
  for (const field of plan.fields) {
    if (field.outputOnly || field.header || rules.except.has(field.name) || (rules.ignoresImmutable && field.immutable))
      continue;
    const path = place.path ? `${place.path}.${field.json}` : field.json;
    const raw = Object.hasOwn(body, field.json) ? body[field.json] : undefined;
    if (isAbsent(field, raw, place.source)) {
      if (field.required && !rules.isPartial) place.errors.add(path, 'is required');
      continue;
    }
    mask.push(field.name);
    value[field.key] = decodeField(field, raw, { ...place, path });
  }
  return { value, mask };
}

/** Decodes the value of one field that is present. */
export function decodeField(field: FieldPlan, given: unknown, place: Place): unknown {
  const raw = isEmptyText(field, given, place.source) ? null : given;
  if (raw === null || (raw === '' && field.required)) {
    if (field.required) place.errors.add(place.path, 'is required');
    return emptyValue(field);
  }
  switch (field.shape) {
    case 'single':
      return decodeItem(field.value, raw, place);
    case 'list':
      return decodeList(field, raw, place);
    case 'map':
      return decodeMap(field, raw, place);
  }
}

/** Whether a value is not there; `site_id=` in a query is what clients send for a filter that is not set. */
export function isAbsent(field: FieldPlan, raw: unknown, source: Source): boolean {
  if (raw === undefined) return true;
  if (source !== 'query') return false;
  return raw === '' || (field.shape === 'list' && splitList(raw, source).length === 0);
}

// A form can not say null: an empty text clears whatever an empty string would not fit.
function isEmptyText(field: FieldPlan, raw: unknown, source: Source): boolean {
  return (
    source === 'form' && raw === '' && (field.nullable || field.value.kind !== 'string' || field.shape !== 'single')
  );
}

function decodeItem(plan: ValuePlan, raw: unknown, place: Place): unknown {
  if (plan.kind !== 'message') {
    return decodeScalar(plan, place.source === 'json' ? raw : parseText(plan, raw), place.path, place.errors);
  }
  if (!isObject(raw)) {
    place.errors.add(place.path, 'must be an object');
    return null;
  }
  if (place.depth >= DEPTH_MAX) {
    place.errors.add(place.path, `must not nest deeper than ${DEPTH_MAX} levels`);
    return null;
  }
  return decodeKeys(plan.message, raw, CREATING, { ...place, depth: place.depth + 1 }).value;
}

function decodeList(field: FieldPlan, raw: unknown, place: Place): unknown {
  const items = place.source === 'json' ? raw : splitList(raw, place.source);
  if (!Array.isArray(items)) {
    place.errors.add(place.path, 'must be a list');
    return [];
  }
  if (!isWithin(items.length, field.items)) {
    place.errors.add(place.path, `must be a list ${describeCount(field.items, 'item')}`);
  }
  return items.map((item, index) => decodeItem(field.value, item, { ...place, path: `${place.path}.${index}` }));
}

/** The items of a list in text: repeated keys, `key[]`, `key[0]`, and in a query also `a,b`. Empty items are dropped. */
function splitList(raw: unknown, source: Source): unknown[] {
  const items = Array.isArray(raw) ? raw : isObject(raw) ? Object.values(raw) : [raw];
  const split =
    source === 'query' ? items.flatMap((item) => (typeof item === 'string' ? item.split(',') : [item])) : items;
  return split.filter((item) => item !== '');
}

function decodeMap(field: FieldPlan, raw: unknown, place: Place): unknown {
  if (!isObject(raw)) {
    place.errors.add(place.path, 'must be an object');
    return {};
  }
  const decoded: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(raw)) {
    const complaint = findKeyComplaint(key);
    if (complaint) place.errors.add(place.path, complaint);
    else decoded[key] = decodeItem(field.value, item, { ...place, path: `${place.path}.${key}` });
  }
  return decoded;
}
