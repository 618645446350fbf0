import { describeFormat } from './formats.ts';
import type { Bounds, FieldPlan, MessagePlan, ValuePlan } from './plan.ts';

/** A JSON Schema, as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The schemas of messages: those referred to are collected under a name each. */
export interface SchemaCollection {
  /** A reference to a message's schema, which is thereby collected. */
  readonly refer: (message: MessagePlan) => Schema;
  /** A reference to the schema of a partial change of a message. */
  readonly referChange: (message: MessagePlan) => Schema;
  /** A schema of some of a message's fields, written in place. */
  readonly inline: (fields: readonly FieldPlan[]) => Schema;
  /** The same for a partial change. */
  readonly inlineChange: (fields: readonly FieldPlan[]) => Schema;
  readonly field: (field: FieldPlan) => Schema;
  /** All collected schemas by name, sorted. */
  readonly all: () => Record<string, Schema>;
}

// The formats JSON Schema knows by the same rules; the others are described in words.
const SCHEMA_FORMATS: Readonly<Record<string, string>> = {
  FORMAT_DATE: 'date',
  FORMAT_DATE_TIME: 'date-time',
  FORMAT_UTC_MS: 'date-time',
  FORMAT_DURATION: 'duration',
  FORMAT_EMAIL: 'email',
};

/**
 * Starts an empty collection. Messages are named by their short name; the full name is used where two share one. The
 * body of a partial change is a schema of its own: nothing in it is required.
 */
export function createSchemas(): SchemaCollection {
  const byName = new Map<string, { plan: MessagePlan; schema: Schema }>();
  const collect = (plan: MessagePlan, suffix: string, make: () => Schema): Schema => {
    const short = plan.name.slice(plan.name.lastIndexOf('.') + 1) + suffix;
    const holder = byName.get(short);
    const name = holder === undefined || holder.plan === plan ? short : plan.name + suffix;
    if (!byName.has(name)) {
      // Entered before it is made: a recursive message refers to itself.
      byName.set(name, { plan, schema: {} });
      byName.set(name, { plan, schema: make() });
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  const refer = (plan: MessagePlan): Schema =>
    collect(plan, '', () => ({ ...describe(plan.description), ...objectSchema(plan.fields, refer) }));
  return {
    refer,
    referChange: (plan) =>
      collect(plan, 'Change', () => ({ description: CHANGE, ...changeSchema(plan.fields, refer) })),
    inlineChange: (fields) => ({ description: CHANGE, ...changeSchema(fields, refer) }),
    inline: (fields) => objectSchema(fields, refer),
    field: (field) => fieldSchema(field, refer),
    all: () => {
      const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(sorted.map(([name, { schema }]) => [name, schema]));
    },
  };
}

type Refer = (message: MessagePlan) => Schema;

const CHANGE = 'The fields to change: null clears one, and one left out stays as it is.';

function changeSchema(fields: readonly FieldPlan[], refer: Refer): Schema {
  const { required: _none, ...schema } = objectSchema(fields, refer);
  return schema;
}

function objectSchema(fields: readonly FieldPlan[], refer: Refer): Schema {
  const required = fields.filter((field) => field.required && !field.outputOnly).map((field) => field.json);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.json, fieldSchema(field, refer)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldSchema(field: FieldPlan, refer: Refer): Schema {
  const notes = { ...describe(field.description), ...(field.outputOnly ? { readOnly: true } : {}) };
  const value = valueSchema(field.value, refer);
  switch (field.shape) {
    case 'list':
      return { type: 'array', items: value, ...limit(field.items, 'minItems', 'maxItems'), ...notes };
    case 'map':
      return { type: 'object', additionalProperties: value, ...notes };
    case 'single':
      return { ...(field.nullable && !field.required ? orNull(value) : value), ...notes };
  }
}

function orNull(schema: Schema): Schema {
  if (schema['$ref']) return { anyOf: [schema, { type: 'null' }] };
  if (Array.isArray(schema['enum'])) return { ...schema, type: ['string', 'null'], enum: [...schema['enum'], null] };
  return schema['type'] === undefined ? schema : { ...schema, type: [schema['type'], 'null'] };
}

function valueSchema(value: ValuePlan, refer: Refer): Schema {
  switch (value.kind) {
    case 'string':
      return { type: 'string', ...describeText(value.format), ...limit(value.length, 'minLength', 'maxLength') };
    case 'integer':
      return { type: 'integer', ...limit(value.bounds, 'minimum', 'maximum') };
    case 'number':
      return { type: 'number', ...limit(value.bounds, 'minimum', 'maximum') };
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return { type: 'string', enum: [...value.textOf.values()] };
    case 'message':
      return refer(value.message);
    case 'struct':
      return { type: 'object', additionalProperties: true };
    case 'any':
      return {};
    case 'file':
      return { type: 'string', format: 'binary' };
  }
}

function describeText(format: Extract<ValuePlan, { kind: 'string' }>['format']): Schema {
  if (format === 'FORMAT_UNSPECIFIED') return {};
  const known = SCHEMA_FORMATS[format];
  return known ? { format: known } : { description: `Must be ${describeFormat(format)}.` };
}

function limit({ min, max }: Bounds, minKey: string, maxKey: string): Schema {
  return { ...(min === undefined ? {} : { [minKey]: min }), ...(max === undefined ? {} : { [maxKey]: max }) };
}

function describe(description: string): Schema {
  return description ? { description } : {};
}
