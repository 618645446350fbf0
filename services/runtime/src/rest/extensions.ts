import type { DescEnumValue, DescExtension, DescField, DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { getOption, hasOption } from '@bufbuild/protobuf';
import type { Answer, Format, Kind, Problem, Scope } from '@lido/proto/lido/rest/v1/options.ts';
import type { Bounds } from './plan.ts';

/** google.api.HttpRule as a registry without generated code reads it. */
export interface HttpRule {
  readonly pattern: { readonly case: string | undefined; readonly value?: unknown };
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRule[];
}

export interface Access {
  readonly kinds: readonly Kind[];
  readonly permission: string;
  readonly scope: Scope;
}

export interface FieldOptions {
  readonly format: Format;
  readonly lenientString: boolean;
  readonly header: string;
  readonly json: string;
  readonly range: Bounds;
  readonly required: boolean;
  readonly outputOnly: boolean;
  readonly immutable: boolean;
}

export interface MethodOptions {
  readonly http: HttpRule | undefined;
  readonly access: Access | undefined;
  readonly answer: Answer;
  readonly status: number;
  readonly problem: Problem;
  readonly createdWhen: string;
  readonly csv: string;
  readonly callsPerMinute: number;
  readonly hasEffects: boolean;
}

/** Reads our options, and Google's, from the descriptors of one registry. */
export interface OptionReader {
  readonly field: (field: DescField) => FieldOptions;
  readonly method: (method: DescMethod) => MethodOptions;
  /** The literal text of an enum value; empty where it has none. */
  readonly wire: (value: DescEnumValue) => string;
}

// google.api.FieldBehavior
const REQUIRED = 2;
const OUTPUT_ONLY = 3;
const IMMUTABLE = 5;

/** Throws a sentence when the registry lacks one of the option definitions. */
export function readOptions(registry: FileRegistry): OptionReader {
  const extension = (name: string): DescExtension => {
    const found = registry.getExtension(name);
    if (!found) throw new Error(`The descriptor image does not define the option ${name}.`);
    return found;
  };
  const enumName = <Name extends string>(enumType: string, value: number): Name => {
    const found = registry.getEnum(enumType)?.value[value];
    if (!found) throw new Error(`${value} is not a value of ${enumType}.`);
    return found.name as Name;
  };
  const own = ownExtensions(extension);
  const google = { http: extension('google.api.http'), behaviour: extension('google.api.field_behavior') };
  // The registry has no generated types; these casts state what options.proto and Google's files declare.
  const readAccess = (method: DescMethod): Access => {
    const access = getOption(method, own.access) as { kinds: number[]; permission: string; scope: number };
    return {
      kinds: access.kinds.map((kind) => enumName<Kind>('lido.rest.v1.Kind', kind)),
      permission: access.permission,
      scope: enumName<Scope>('lido.rest.v1.Scope', access.scope),
    };
  };
  return {
    field: (field) => {
      const behaviours = getOption(field, google.behaviour) as number[];
      return {
        format: enumName<Format>('lido.rest.v1.Format', getOption(field, own.format) as number),
        lenientString: getOption(field, own.lenientString) as boolean,
        header: getOption(field, own.header) as string,
        json: getOption(field, own.json) as string,
        range: hasOption(field, own.range) ? toBounds(getOption(field, own.range)) : toBounds({}),
        required: behaviours.includes(REQUIRED),
        outputOnly: behaviours.includes(OUTPUT_ONLY),
        immutable: behaviours.includes(IMMUTABLE),
      };
    },
    method: (method) => ({
      http: hasOption(method, google.http) ? (getOption(method, google.http) as HttpRule) : undefined,
      access: hasOption(method, own.access) ? readAccess(method) : undefined,
      answer: enumName<Answer>('lido.rest.v1.Answer', getOption(method, own.answer) as number),
      status: getOption(method, own.status) as number,
      problem: enumName<Problem>('lido.rest.v1.Problem', getOption(method, own.problem) as number),
      createdWhen: getOption(method, own.createdWhen) as string,
      csv: getOption(method, own.csv) as string,
      callsPerMinute: getOption(method, own.callsPerMinute) as number,
      hasEffects: getOption(method, own.hasEffects) as boolean,
    }),
    wire: (value) => getOption(value, own.wire) as string,
  };
}

function ownExtensions(extension: (name: string) => DescExtension) {
  return {
    access: extension('lido.rest.v1.access'),
    answer: extension('lido.rest.v1.answer'),
    status: extension('lido.rest.v1.status'),
    problem: extension('lido.rest.v1.problem'),
    createdWhen: extension('lido.rest.v1.created_when'),
    csv: extension('lido.rest.v1.csv'),
    callsPerMinute: extension('lido.rest.v1.calls_per_minute'),
    hasEffects: extension('lido.rest.v1.has_effects'),
    format: extension('lido.rest.v1.format'),
    lenientString: extension('lido.rest.v1.lenient_string'),
    header: extension('lido.rest.v1.header'),
    range: extension('lido.rest.v1.range'),
    json: extension('lido.rest.v1.json'),
    wire: extension('lido.rest.v1.wire'),
  };
}

function toBounds(range: unknown): Bounds {
  const { min, max } = range as { min?: bigint; max?: bigint };
  return { min: min === undefined ? undefined : Number(min), max: max === undefined ? undefined : Number(max) };
}
