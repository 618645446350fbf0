/**
 * google.protobuf.Struct, Value and ListValue as plain JSON values. It takes the place of the file ts-proto would
 * generate: under `useNullAsOptional` that file's Value.unwrap answers null whatever was sent, and it drops the keys of
 * an object whose value is null.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

type Json = unknown;
type JsonObject = Record<string, unknown>;
type Input = BinaryReader | Uint8Array;

// Against a message that is only meant to exhaust the stack.
const DEPTH_MAX = 64;

// Tags are (field number << 3 | wire type); the numbers are those of google/protobuf/struct.proto.
const STRUCT_ENTRY = 10;
const ENTRY_KEY = 10;
const ENTRY_VALUE = 18;
const LIST_ITEM = 10;
const VALUE_NULL = 8;
const VALUE_NUMBER = 17;
const VALUE_STRING = 26;
const VALUE_BOOL = 32;
const VALUE_STRUCT = 42;
const VALUE_LIST = 50;

/** An object with string keys. */
export const Struct = {
  encode: (fields: JsonObject, writer = new BinaryWriter()): BinaryWriter => writeStruct(fields, writer),
  decode: (input: Input, length?: number): JsonObject => readStruct(readerOf(input), length, 1),
  wrap: (fields: JsonObject | undefined): JsonObject => fields ?? {},
  unwrap: (fields: JsonObject): JsonObject => fields,
};

/** Any JSON value. */
export const Value = {
  encode: (value: Json, writer = new BinaryWriter()): BinaryWriter => writeValue(value, writer),
  decode: (input: Input, length?: number): Json => readValue(readerOf(input), length, 1),
  wrap: (value: Json): Json => value,
  unwrap: (value: Json): Json => value,
};

/** A list of JSON values. */
export const ListValue = {
  encode: (items: readonly Json[], writer = new BinaryWriter()): BinaryWriter => writeList(items, writer),
  decode: (input: Input, length?: number): Json[] => readList(readerOf(input), length, 1),
  wrap: (items: Json[] | undefined): Json[] => items ?? [],
  unwrap: (items: Json[]): Json[] => items,
};

function readerOf(input: Input): BinaryReader {
  return input instanceof BinaryReader ? input : new BinaryReader(input);
}

function writeStruct(fields: JsonObject, writer: BinaryWriter): BinaryWriter {
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    writer.uint32(STRUCT_ENTRY).fork().uint32(ENTRY_KEY).string(key);
    writeValue(value, writer.uint32(ENTRY_VALUE).fork()).join();
    writer.join();
  }
  return writer;
}

function writeList(items: readonly Json[], writer: BinaryWriter): BinaryWriter {
  for (const item of items) writeValue(item, writer.uint32(LIST_ITEM).fork()).join();
  return writer;
}

function writeValue(value: Json, writer: BinaryWriter): BinaryWriter {
  if (value === null || value === undefined) return writer.uint32(VALUE_NULL).int32(0);
  if (Array.isArray(value)) return writeList(value, writer.uint32(VALUE_LIST).fork()).join();
  if (typeof value === 'boolean') return writer.uint32(VALUE_BOOL).bool(value);
  if (typeof value === 'number') return writer.uint32(VALUE_NUMBER).double(value);
  if (typeof value === 'string') return writer.uint32(VALUE_STRING).string(value);
  if (typeof value === 'object') return writeStruct(value as JsonObject, writer.uint32(VALUE_STRUCT).fork()).join();
  throw new Error(`A ${typeof value} is not a JSON value.`);
}

/** Calls `onTag` for each tag up to the end of the message; it answers whether it read the field. */
function readFields(reader: BinaryReader, length: number | undefined, onTag: (tag: number) => boolean): void {
  const end = length === undefined ? reader.len : reader.pos + length;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!onTag(tag)) reader.skip(tag & 7);
  }
}

function readStruct(reader: BinaryReader, length: number | undefined, depth: number): JsonObject {
  if (depth > DEPTH_MAX) throw new Error(`A Struct must not nest deeper than ${DEPTH_MAX} levels.`);
  const fields: JsonObject = {};
  readFields(reader, length, (tag) => {
    if (tag !== STRUCT_ENTRY) return false;
    const [key, value] = readEntry(reader, reader.uint32(), depth);
    // Assigning __proto__ would change the object instead of being stored in it.
    if (key !== '__proto__') fields[key] = value;
    return true;
  });
  return fields;
}

function readEntry(reader: BinaryReader, length: number, depth: number): [string, Json] {
  let key = '';
  let value: Json = null;
  readFields(reader, length, (tag) => {
    if (tag === ENTRY_KEY) key = reader.string();
    else if (tag === ENTRY_VALUE) value = readValue(reader, reader.uint32(), depth);
    else return false;
    return true;
  });
  return [key, value];
}

function readList(reader: BinaryReader, length: number | undefined, depth: number): Json[] {
  if (depth > DEPTH_MAX) throw new Error(`A list must not nest deeper than ${DEPTH_MAX} levels.`);
  const items: Json[] = [];
  readFields(reader, length, (tag) => {
    if (tag !== LIST_ITEM) return false;
    items.push(readValue(reader, reader.uint32(), depth));
    return true;
  });
  return items;
}

function readValue(reader: BinaryReader, length: number | undefined, depth: number): Json {
  let value: Json = null;
  readFields(reader, length, (tag) => {
    if (tag === VALUE_NULL) reader.int32();
    else if (tag === VALUE_NUMBER) value = reader.double();
    else if (tag === VALUE_STRING) value = reader.string();
    else if (tag === VALUE_BOOL) value = reader.bool();
    else if (tag === VALUE_STRUCT) value = readStruct(reader, reader.uint32(), depth + 1);
    else if (tag === VALUE_LIST) value = readList(reader, reader.uint32(), depth + 1);
    else return false;
    return true;
  });
  return value;
}
