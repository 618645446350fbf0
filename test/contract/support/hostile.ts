import type { FieldPlan, ValuePlan } from '@lido/runtime/rest/plan.ts';

/** A value for a field, or undefined where the kind of hostility does not apply to it. */
export type Hostility = (plan: ValuePlan) => unknown;

/** A body made of hostile values, and where in it they are. */
export interface HostileBody {
  readonly body: Record<string, unknown>;
  readonly paths: readonly string[];
}

// Messages may contain themselves.
const DEPTH_MAX = 3;

export const ABSURD_DATES = ['9999-99-99', '0000-00-00', '1e9', '2026-02-30', '-2026-01-01', '2026-02-30T25:61:61Z'];
export const LONG_TEXT = 'é'.repeat(50_000);

/** A value of another type than the field's; nothing is wrong for free-form JSON. */
export const wrongType: Hostility = (plan) => {
  switch (plan.kind) {
    case 'string':
      return { not: 'a string' };
    case 'integer':
    case 'number':
    case 'struct':
      return '5';
    case 'boolean':
      return 'yes';
    case 'enum':
    case 'file':
      return 'nonsense';
    case 'message':
    case 'any':
      return undefined;
  }
};

/** A date the calendar does not have. */
export const absurdDate =
  (text: string): Hostility =>
  (plan) =>
    isDate(plan) ? text : undefined;

/** A number no whole number's field can hold. */
export const outOfRange: Hostility = (plan) => (plan.kind === 'integer' ? 1e300 : undefined);

/** A number at the edge of what numbers are kept as. */
export const hugeNumber =
  (value: number): Hostility =>
  (plan) =>
    plan.kind === 'integer' || plan.kind === 'number' ? value : undefined;

/** A text the field's format and bounds have to refuse, or the service to bear. */
export const textOf =
  (text: string): Hostility =>
  (plan) =>
    plan.kind === 'string' && plan.format === 'FORMAT_UNSPECIFIED' ? text : undefined;

/** Whether a value is a date or a date-time. */
export function isDate(plan: ValuePlan): boolean {
  return plan.kind === 'string' && /DATE|UTC/.test(plan.format);
}

/** Puts a hostile value into every field it applies to, messages inside of messages included. */
export function hostileBody(fields: readonly FieldPlan[], hostility: Hostility): HostileBody {
  const paths: string[] = [];
  const body = fill(fields, hostility, { path: '', depth: 1, paths });
  return { body: body ?? {}, paths };
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly paths: string[];
}

function fill(fields: readonly FieldPlan[], hostility: Hostility, place: Place): Record<string, unknown> | undefined {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.outputOnly || field.shape === 'map') continue;
    const path = `${place.path}${field.json}${field.shape === 'list' ? '.0' : ''}`;
    const value = fillItem(field.value, hostility, { ...place, path });
    if (value !== undefined) body[field.json] = field.shape === 'list' ? [value] : value;
  }
  return Object.keys(body).length > 0 ? body : undefined;
}

function fillItem(plan: ValuePlan, hostility: Hostility, place: Place): unknown {
  const value = hostility(plan);
  if (value !== undefined) {
    place.paths.push(place.path);
    return value;
  }
  if (plan.kind !== 'message' || place.depth >= DEPTH_MAX) return undefined;
  return fill(plan.message.fields, hostility, { ...place, path: `${place.path}.`, depth: place.depth + 1 });
}

/** A body without the top-level fields that errors name. */
export function without(body: Record<string, unknown>, errors: unknown): Record<string, unknown> {
  const refused = new Set(Object.keys((errors as object | undefined) ?? {}).map((path) => path.split('.')[0]));
  return Object.fromEntries(Object.entries(body).filter(([key]) => !refused.has(key)));
}

/** A query made of hostile values, and the parameters that have them. */
export function hostileQuery(fields: readonly FieldPlan[], hostility: Hostility): { query: string; fields: string[] } {
  const pairs = fields.flatMap((field): [string, string][] => {
    const value = hostility(field.value);
    // Any text is a string in a query.
    const isWrong = typeof value === 'string' ? field.value.kind !== 'integer' && field.value.kind !== 'number' : false;
    const text = isWrong ? String(value) : isNumber(field.value) && value !== undefined ? 'many' : undefined;
    return text === undefined ? [] : [[field.json, text]];
  });
  return { query: `?${new URLSearchParams(pairs).toString()}`, fields: pairs.map(([name]) => name) };
}

function isNumber(plan: ValuePlan): boolean {
  return plan.kind === 'integer' || plan.kind === 'number';
}
