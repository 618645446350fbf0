import type { FieldPlan } from '@lido/runtime/rest/plan.ts';

/** JSON values of every shape, prototypes included. */
export const ANY_SHAPES = [5, -1.5, 'x', '', true, [], {}, [null], [[]], [{}], { __proto__: null, a: { b: [] } }];

/** Bodies of forms, whole and broken. */
export const ODD_FORMS = ['a[b', 'a=%', '&&=', `${'a[b]'.repeat(500)}=1`, `x=1${'&x=1'.repeat(3000)}`];

export const TEN_MEGABYTES = Buffer.from(JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) }));

const DEEP = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
const TEXT_LENGTH_MAX = 1_000_000;

/** A body that gives every field the same shape, whatever it expects. */
export function everyField(fields: readonly FieldPlan[], value: unknown): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.json, value]));
}

/** Texts as bodies: nothing, prototypes, and nesting beyond measure, as a whole and in each field. */
export function oddTexts(fields: readonly FieldPlan[]): string[] {
  const inEachField = fields.map(({ json }) => `${JSON.stringify(json)}:${DEEP}`).join(',');
  const prototypes = '{"__proto__":{"id":"x"},"constructor":5}';
  return ['{}', '', ' ', prototypes, DEEP, `{${inEachField}}`.slice(0, TEXT_LENGTH_MAX)];
}

// What follows a parameter's name.
const NUMBERS = ['=-1', '=0', '=1', '=2147483647', '=-2147483648', '=99999999999999999999'];
const NESTED = ['=x', '[a][b]=1', '[]=', '=%'];
const TEXTS = [`=${'x'.repeat(3000)}`, '=1&x=1', '=%F0%9F%90%99', '=%27', '=%25', '=,,,', '=true', '=2030-04-01'];
const ALONE = ['=-1', '=2147483647', '=x', '[a][b]=1'];

/** Queries that give all parameters the same odd value, and some that give it to one alone; the question mark included. */
export function oddQueries(names: readonly string[]): string[] {
  const together = [...NUMBERS, ...NESTED, ...TEXTS].map(
    (value) => `?${names.map((name) => `${name}${value}`).join('&')}`,
  );
  return [...together, ...names.flatMap((name) => ALONE.map((value) => `?${name}${value}`))];
}
