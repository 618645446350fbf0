import type { EnumPlan, FieldPlan, MessagePlan, ValuePlan } from './plan.ts';

/** Turns a value of a message into the one JSON.stringify writes. */
type Mapper = (value: unknown) => unknown;

/**
 * The JSON text of a message: every field is present, unset optional fields and unspecified enum values are null,
 * lists are never null. The engine's own writer is quicker than strings put together piece by piece, so this only renames.
 */
export function encodeMessage(plan: MessagePlan, message: unknown): string {
  return JSON.stringify(plan.toJson(message));
}

interface Part {
  readonly key: string;
  readonly json: string;
  /** Undefined where the value is the JSON value already, or null where it is unset. */
  readonly map: Mapper | undefined;
}

/** Builds the mapper of a message to its JSON object. The fields are read at the first use, because messages may be recursive. */
export function compileMapper(fields: readonly FieldPlan[]): (message: unknown) => Record<string, unknown> {
  let parts: Part[] | undefined;
  return (message) => {
    parts ??= fields.map((field) => ({ key: field.key, json: field.json, map: fieldMapper(field) }));
    const values = message as Record<string, unknown>;
    const object: Record<string, unknown> = {};
    for (const { key, json, map } of parts) {
      const value = values[key];
      object[json] = map === undefined ? (value ?? null) : map(value);
    }
    return object;
  };
}

function fieldMapper(field: FieldPlan): Mapper | undefined {
  const map = valueMapper(field.value);
  switch (field.shape) {
    case 'single':
      return map && ((value) => (value == null ? null : map(value)));
    case 'list':
      return map ? (value) => ((value ?? []) as unknown[]).map((item) => map(item)) : (value) => value ?? [];
    case 'map':
      return (value) => Object.fromEntries(entriesOf(value).map(([key, item]) => [key, map ? map(item) : item]));
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return Object.entries((value ?? {}) as object);
}

/** Undefined for values that are written as they are; JSON.stringify writes what is not finite as null, as we want it. */
function valueMapper(plan: ValuePlan): Mapper | undefined {
  switch (plan.kind) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'struct':
    case 'any':
    case 'file':
      return undefined;
    case 'enum':
      return enumMapper(plan);
    case 'message':
      return (value) => plan.message.toJson(value);
  }
}

function enumMapper({ textOf }: EnumPlan): Mapper {
  return (value) => textOf.get(value as string) ?? null;
}
