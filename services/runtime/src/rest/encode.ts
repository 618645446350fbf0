import type { EnumPlan, FieldPlan, MessagePlan, ValuePlan } from './plan.ts';

type Writer = (value: unknown) => string;

// Characters JSON must escape, and lone surrogates, which JSON.stringify escapes too.
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * The JSON text of a message: every field is present, unset optional fields and unspecified enum values are null,
 * lists are never null.
 */
export function encodeMessage(plan: MessagePlan, message: unknown): string {
  return plan.encode(message);
}

/** Builds the encoder of a message. The fields are read at the first use, because messages may be recursive. */
export function compileEncoder(fields: readonly FieldPlan[]): Writer {
  let write: Writer | undefined;
  return (message) => {
    write ??= compileFields(fields);
    return write(message);
  };
}

function compileFields(fields: readonly FieldPlan[]): Writer {
  if (fields.length === 0) return () => '{}';
  const parts = fields.map((field, index) => ({
    key: field.key,
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(field.json)}:`,
    write: fieldWriter(field),
  }));
  return (message) => {
    const values = message as Record<string, unknown>;
    let text = '';
    for (const part of parts) text += part.prefix + part.write(values[part.key]);
    return `${text}}`;
  };
}

function fieldWriter(field: FieldPlan): Writer {
  const write = valueWriter(field.value);
  switch (field.shape) {
    case 'single':
      return field.value.kind === 'any' ? writeFreeForm : (value) => (value == null ? 'null' : write(value));
    case 'list':
      return (value) => writeList(value, write);
    case 'map':
      return (value) => writeMap(value, write);
  }
}

function writeList(value: unknown, write: Writer): string {
  if (!Array.isArray(value) || value.length === 0) return '[]';
  let text = `[${write(value[0])}`;
  for (let index = 1; index < value.length; index++) text += `,${write(value[index])}`;
  return `${text}]`;
}

function writeMap(value: unknown, write: Writer): string {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  return `{${entries.map(([key, item]) => `${writeString(key)}:${write(item)}`).join(',')}}`;
}

function valueWriter(plan: ValuePlan): Writer {
  switch (plan.kind) {
    case 'string':
      return writeString;
    case 'integer':
    case 'number':
      return (value) => (Number.isFinite(value) ? `${value as number}` : 'null');
    case 'boolean':
      return (value) => (value === true ? 'true' : 'false');
    case 'enum':
      return enumWriter(plan);
    case 'message':
      return (value) => plan.message.encode(value);
    case 'struct':
    case 'any':
      return writeFreeForm;
  }
}

function enumWriter(plan: EnumPlan): Writer {
  const texts = new Map([...plan.textOf].map(([literal, text]) => [literal, JSON.stringify(text)]));
  return (value) => texts.get(value as string) ?? 'null';
}

function writeString(value: unknown): string {
  const text = value as string;
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function writeFreeForm(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
