import type { DescEnum, DescField, DescMessage, FileRegistry } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { readComment } from './comments.ts';
import { createEmpty } from './empty-value.ts';
import { compileMapper } from './encode.ts';
import type { FieldOptions, OptionReader } from './extensions.ts';
import { readOptions } from './extensions.ts';
import type { Bounds, EnumPlan, FieldPlan, MessagePlan, ValuePlan } from './plan.ts';
import { toTsKey } from './plan.ts';
import { FILE_MESSAGE } from './uploaded-file.ts';

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const UINT32 = { min: 0, max: 2 ** 32 - 1 };
const INT64 = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
const UINT64 = { min: 0, max: Number.MAX_SAFE_INTEGER };
// What a field may hold when it does not say: ids have columns of 64 characters, texts and lists stay within reason.
const ID_LENGTH: Bounds = { min: undefined, max: 64 };
const TEXT_LENGTH: Bounds = { min: undefined, max: 20_000 };
const LIST_LENGTH: Bounds = { min: undefined, max: 1_000 };
const NO_BOUNDS: Bounds = { min: undefined, max: undefined };
// From proto3's `optional`; messages have presence whatever the file says.
const EXPLICIT_PRESENCE = 1;

/** Gives the plan of a message type; each type is compiled once. */
export interface PlanSource {
  readonly options: OptionReader;
  readonly planOf: (message: DescMessage) => MessagePlan;
}

/** Compiles message types of a registry on demand. Throws a sentence for a field type that REST JSON can not hold. */
export function createPlans(registry: FileRegistry): PlanSource {
  const options = readOptions(registry);
  const plans = new Map<string, MessagePlan>();
  const planOf = (message: DescMessage): MessagePlan => {
    const known = plans.get(message.typeName);
    if (known) return known;
    const fields: FieldPlan[] = [];
    const mask = message.fields.find(isMask);
    const plan: MessagePlan = {
      name: message.typeName,
      description: readComment(message),
      fields,
      maskKey: mask && toTsKey(mask.name),
      create: () => createEmpty(plan),
      toJson: compileMapper(fields),
    };
    // Stored before its fields are compiled: a recursive message finds itself here.
    plans.set(message.typeName, plan);
    for (const field of message.fields) if (!isMask(field)) fields.push(compileField(field, { options, planOf }));
    if (new Set(fields.map((field) => field.json)).size !== fields.length) {
      throw new Error(`${message.typeName}: two fields have the same name in JSON.`);
    }
    return plan;
  };
  return { options, planOf };
}

function isMask(field: DescField): boolean {
  return field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.FieldMask';
}

function compileField(field: DescField, source: PlanSource): FieldPlan {
  const options = source.options.field(field);
  const shape = field.fieldKind === 'list' ? 'list' : field.fieldKind === 'map' ? 'map' : 'single';
  return {
    name: field.name,
    json: options.json || field.name,
    key: toTsKey(field.name),
    shape,
    value: compileValue(field, options, source),
    nullable: shape === 'single' && (field.fieldKind === 'message' || field.presence === EXPLICIT_PRESENCE),
    required: options.required,
    outputOnly: options.outputOnly,
    immutable: options.immutable,
    header: options.header || undefined,
    items: shape === 'list' ? within(LIST_LENGTH, options.range) : NO_BOUNDS,
    description: readComment(field),
  };
}

function compileValue(field: DescField, options: FieldOptions, source: PlanSource): ValuePlan {
  // The range of a list is its length's, not its items'.
  const range = field.fieldKind === 'list' ? NO_BOUNDS : options.range;
  if (field.fieldKind === 'map' && field.mapKey !== ScalarType.STRING) {
    throw new Error(`${field.parent.typeName}.${field.name}: a map's keys must be strings.`);
  }
  if (field.message) return compileMessageValue(field.message, source);
  if (field.enum) return compileEnum(field.enum, source.options);
  return compileScalar(field, { ...options, range });
}

function compileMessageValue(message: DescMessage, source: PlanSource): ValuePlan {
  switch (message.typeName) {
    case 'google.protobuf.Struct':
      return { kind: 'struct' };
    case 'google.protobuf.Value':
      return { kind: 'any' };
    case FILE_MESSAGE:
      return { kind: 'file' };
    default:
      if (message.typeName.startsWith('google.protobuf.')) {
        throw new Error(`${message.typeName} can not be a field of a public message.`);
      }
      return { kind: 'message', message: source.planOf(message) };
  }
}

function compileScalar(field: DescField, options: FieldOptions): ValuePlan {
  switch (field.scalar) {
    case ScalarType.STRING:
      return {
        kind: 'string',
        format: options.format,
        lenient: options.lenientString,
        length: lengthOf(field, options),
      };
    case ScalarType.BOOL:
      return { kind: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { kind: 'number', bounds: options.range };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { kind: 'integer', bounds: narrow(UINT32, options.range) };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { kind: 'integer', bounds: narrow(UINT64, options.range) };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { kind: 'integer', bounds: narrow(INT64, options.range) };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { kind: 'integer', bounds: narrow(INT32, options.range) };
    case ScalarType.BYTES:
    case undefined:
      throw new Error(`${field.parent.typeName}.${field.name}: bytes can not be a field of a public message.`);
  }
}

function lengthOf({ name }: DescField, { range }: FieldOptions): Bounds {
  return within(/(^|_)ids?$/.test(name) ? ID_LENGTH : TEXT_LENGTH, range);
}

/** A field's own bounds, with the usual ones where it has none. */
function within(usual: Bounds, own: Bounds): Bounds {
  return { min: own.min ?? usual.min, max: own.max ?? usual.max };
}

function narrow(type: { min: number; max: number }, range: Bounds): { min: number; max: number } {
  return { min: Math.max(type.min, range.min ?? type.min), max: Math.min(type.max, range.max ?? type.max) };
}

const UNSPECIFIED = 'UNSPECIFIED';

function compileEnum(desc: DescEnum, options: OptionReader): EnumPlan {
  const unset = desc.values.find((value) => value.number === 0)?.name ?? '';
  if (!unset.endsWith(UNSPECIFIED)) throw new Error(`${desc.typeName}: the zero value must end in _${UNSPECIFIED}.`);
  // STAGE_IN_PROGRESS is in_progress: values carry what stands before UNSPECIFIED as a prefix.
  const prefix = unset.slice(0, -UNSPECIFIED.length);
  const textOf = new Map<string, string>();
  for (const value of desc.values) {
    if (value.name === unset) continue;
    if (!value.name.startsWith(prefix)) throw new Error(`${desc.typeName}: ${value.name} must begin with ${prefix}.`);
    textOf.set(value.name, options.wire(value) || value.name.slice(prefix.length).toLowerCase());
  }
  const literalOf = new Map([...textOf].map(([literal, text]) => [text, literal]));
  if (literalOf.size !== textOf.size) throw new Error(`${desc.typeName}: two values have the same text in JSON.`);
  return { kind: 'enum', name: desc.typeName, unset, textOf, literalOf };
}
