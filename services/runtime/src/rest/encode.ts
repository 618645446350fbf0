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

/** Builds the mapper of a message to its JSON object. The fields are read at the first use, because messages may be recursive. */
export function compileMapper(fields: readonly FieldPlan[]): (message: unknown) => Record<string, unknown> {
  let parts: { key: string; json: string; map: Mapper }[] | undefined;
  return (message) => {
    parts ??= fields.map((field) => ({ key: field.key, json: field.json, map: fieldMapper(field) }));
    const values = message as Record<string, unknown>;
    const object: Record<string, unknown> = {};
    for (const { key, json, map } of parts) object[json] = map(values[key]);
    return object;
  };
}

function fieldMapper(field: FieldPlan): Mapper {
  const map = valueMapper(field.value);
  switch (field.shape) {
    case 'single':
      return field.value.kind === 'any' ? orNull : (value) => (value == null ? null : map(value));
    case 'list':
      return map === same ? (value) => value ?? [] : (value) => ((value ?? []) as unknown[]).map(map);
    case 'map':
      return (value) =>
        Object.fromEntries(Object.entries((value ?? {}) as object).map(([key, item]) => [key, map(item)]));
  }
}

function valueMapper(plan: ValuePlan): Mapper {
  switch (plan.kind) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'struct':
      return same;
    case 'any':
      return orNull;
    case 'enum':
      return enumMapper(plan);
    case 'message':
      return (value) => plan.message.toJson(value);
  }
}

function enumMapper({ textOf }: EnumPlan): Mapper {
  return (value) => textOf.get(value as string) ?? null;
}

// JSON.stringify writes what is not finite as null, as we want it.
function same(value: unknown): unknown {
  return value;
}

function orNull(value: unknown): unknown {
  return value ?? null;
}
