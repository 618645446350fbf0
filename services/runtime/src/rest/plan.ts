import type { Format } from '@lido/proto/lido/rest/v1/options.ts';

/** Inclusive bounds; of a number's value, a string's length in characters or a list's length. */
export interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** What one value of a field is, without regard to whether it stands alone, in a list or in a map. */
export type ValuePlan =
  | { readonly kind: 'string'; readonly format: Format; readonly lenient: boolean; readonly length: Bounds }
  | { readonly kind: 'integer'; readonly bounds: { readonly min: number; readonly max: number } }
  | { readonly kind: 'number'; readonly bounds: Bounds }
  | { readonly kind: 'boolean' }
  | EnumPlan
  | { readonly kind: 'message'; readonly message: MessagePlan }
  | { readonly kind: 'struct' }
  /** A file, which only a multipart body brings. */
  | { readonly kind: 'file' }
  | { readonly kind: 'any' };

/** An enum; literals are ts-proto's, texts are those of the JSON. */
export interface EnumPlan {
  readonly kind: 'enum';
  readonly name: string;
  /** The zero value: what an unset field holds; null in JSON. */
  readonly unset: string;
  readonly textOf: ReadonlyMap<string, string>;
  readonly literalOf: ReadonlyMap<string, string>;
}

export interface FieldPlan {
  /** The proto field's name, which is what an update mask holds. */
  readonly name: string;
  readonly json: string;
  /** The key of ts-proto's object. */
  readonly key: string;
  readonly shape: 'single' | 'list' | 'map';
  readonly value: ValuePlan;
  /** Unset is told apart from empty: `optional` scalars and all messages. */
  readonly nullable: boolean;
  readonly required: boolean;
  readonly outputOnly: boolean;
  readonly immutable: boolean;
  /** The request header that fills the field. */
  readonly header: string | undefined;
  /** Bounds of a list's length. */
  readonly items: Bounds;
  readonly description: string;
}

/** A message, compiled once. Recursive messages refer to themselves. */
export interface MessagePlan {
  readonly name: string;
  readonly description: string;
  /** All fields but the update mask. */
  readonly fields: readonly FieldPlan[];
  /** ts-proto's key of the google.protobuf.FieldMask field, if there is one; masks never appear in JSON. */
  readonly maskKey: string | undefined;
  /** A new message with nothing set. */
  readonly create: () => Record<string, unknown>;
  readonly toJson: (message: unknown) => Record<string, unknown>;
}

/** ts-proto's key of a proto field name: address_line_1 is addressLine1. */
export function toTsKey(fieldName: string): string {
  const [first = '', ...words] = fieldName.split('_');
  return first + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/** Turns an update mask, which holds proto field names, into ts-proto's keys of the same fields. */
export function maskKeys(mask: readonly string[]): string[] {
  return mask.map(toTsKey);
}
