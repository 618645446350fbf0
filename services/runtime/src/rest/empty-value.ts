import type { FieldPlan, MessagePlan } from './plan.ts';

/** A new ts-proto object of a message, nothing set. */
export function createEmpty(plan: MessagePlan): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of plan.fields) message[field.key] = emptyValue(field);
  if (plan.maskKey) message[plan.maskKey] = null;
  return message;
}

/** What ts-proto puts in a field that is not set. */
export function emptyValue(field: FieldPlan): unknown {
  if (field.shape === 'list') return [];
  if (field.shape === 'map') return {};
  if (field.nullable) return null;
  switch (field.value.kind) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'enum':
      return field.value.unset;
    case 'message':
    case 'struct':
    case 'any':
    case 'file':
      return null;
  }
}
