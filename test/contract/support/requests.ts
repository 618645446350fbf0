import { createHash } from 'node:crypto';
import type { FieldPlan, MessagePlan, ValuePlan } from '@lido/runtime/rest/plan.ts';
import { ignoresImmutable, isPartial, type Route } from '@lido/runtime/rest/routes.ts';
import type { Rows } from './row-types.ts';

/** Path variables that are no ids: an unknown value of theirs means something else than a row that is not there. */
const NO_IDS: ReadonlySet<string> = new Set(['offering_type', 'date']);

/** The names of a route's path variables. */
export function variablesOf({ path }: Route): string[] {
  return [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
}

/** The names of those that name a row. */
export function idsOf(route: Route): string[] {
  return variablesOf(route).filter((name) => !NO_IDS.has(name));
}

/** A route's path with the values of rows; `except` gives values of some variables. */
export function fillPath(route: Route, rows: Rows, except: Readonly<Record<string, string>> = {}): string {
  let pattern = '';
  let filled = '';
  for (const segment of route.path.slice(1).split('/')) {
    const name = /^\{(.*)\}$/.exec(segment)?.[1];
    pattern += name === undefined ? `/${segment}` : '/{}';
    filled += `/${name === undefined ? segment : (except[name] ?? valueAt(rows, pattern))}`;
  }
  return filled;
}

/** The value of each of a route's path variables. */
export function pathValues(route: Route, rows: Rows): Record<string, string> {
  const [patterns, values] = [route.path.split('/'), fillPath(route, rows).split('/')];
  return Object.fromEntries(
    patterns.flatMap((segment, index) => {
      const name = /^\{(.*)\}$/.exec(segment)?.[1];
      return name === undefined ? [] : [[name, values[index] ?? '']];
    }),
  );
}

function valueAt({ inPaths }: Rows, pattern: string): string {
  const value = inPaths[pattern];
  if (!value) throw new Error(`The sweep knows no row for ${pattern}; add one in test/contract/support/rows.ts.`);
  return value;
}

/** A value of the same form and length that nothing has; always the same one, so that answers can be compared. */
export function unknownLike(value: string): string {
  let digits = createHash('sha512').update(`unknown ${value}`).digest('hex');
  return value.replace(/[0-9a-f]/gi, (character) => {
    const digit = digits[0] ?? '0';
    digits = digits.slice(1) || digit;
    if (/\d/.test(character)) return String(Number.parseInt(digit, 16) % 10);
    const letter = 'abcdef'[Number.parseInt(digit, 16) % 6] ?? 'a';
    return character === character.toUpperCase() ? letter.toUpperCase() : letter;
  });
}

/** The fields of a route's body that a client may send. */
export function bodyFields(route: Route): FieldPlan[] {
  const { body, request, pathFields } = route;
  if (body === undefined) return [];
  const all = body === '*' ? request.fields : body.value.kind === 'message' ? body.value.message.fields : [];
  return all.filter(
    (field) =>
      !field.outputOnly &&
      !field.header &&
      !(ignoresImmutable(route) && field.immutable) &&
      !(body === '*' && pathFields.includes(field)),
  );
}

/** A query with all that is required, the question mark included; empty where nothing is. */
export function goodQuery(route: Route, { inFields }: Rows): string {
  const isNeeded = ({ name, required }: FieldPlan): boolean =>
    required || (route.path.includes('availability') && ['date_from', 'date_to'].includes(name));
  const pairs = route.queryFields
    .filter(isNeeded)
    .map((field): [string, string] => [field.json, String(goodValue(field, inFields))]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

/** A body that passes every check of the gateway, and names the organisation's rows. */
export function goodBody(route: Route, { inFields }: Rows): Record<string, unknown> | undefined {
  if (route.body === undefined) return undefined;
  const isNeeded = (field: FieldPlan): boolean =>
    (field.required && !isPartial(route)) || (route.verb === 'POST' && field.name in inFields);
  return Object.fromEntries(
    bodyFields(route)
      .filter(isNeeded)
      .map((field) => [field.json, goodValue(field, inFields)]),
  );
}

function goodValue(field: FieldPlan, known: Readonly<Record<string, string>>): unknown {
  const item = known[field.name] ?? goodItem(field.value, known);
  if (field.shape === 'map') return {};
  return field.shape === 'list' ? [item] : item;
}

const GOOD_TEXTS: Partial<Record<Extract<ValuePlan, { kind: 'string' }>['format'], string>> = {
  FORMAT_DATE: '2030-04-01',
  FORMAT_DATE_OR_DATE_TIME: '2030-04-01',
  FORMAT_DATE_TIME: '2030-04-01T09:30:00+01:00',
  FORMAT_UTC_MS: '2030-04-01T09:30:00.000Z',
  FORMAT_TIME: '09:30',
  FORMAT_DURATION: 'P1M',
  FORMAT_EMAIL: 'guest@example.com',
  FORMAT_CURRENCY: 'GBP',
  FORMAT_TIME_ZONE: 'Europe/London',
};

function goodItem(plan: ValuePlan, known: Readonly<Record<string, string>>): unknown {
  switch (plan.kind) {
    case 'string':
      return GOOD_TEXTS[plan.format] ?? 'something'.padEnd(plan.length.min ?? 0, '.').slice(0, plan.length.max);
    case 'integer':
    case 'number':
      return Math.max(1, plan.bounds.min ?? 1);
    case 'boolean':
      return true;
    case 'enum':
      return [...plan.literalOf.keys()][0];
    case 'struct':
    case 'any':
      return {};
    case 'file':
      return undefined;
    case 'message':
      return goodMessage(plan.message, known);
  }
}

function goodMessage({ fields }: MessagePlan, known: Readonly<Record<string, string>>): Record<string, unknown> {
  const needed = fields.filter((field) => field.required && !field.outputOnly);
  return Object.fromEntries(needed.map((field) => [field.json, goodValue(field, known)]));
}
