import { emptyValue } from './empty-value.ts';
import { decodeField, decodeKeys, isAbsent, type Source } from './decode.ts';
import { isObject } from './decode-value.ts';
import { FieldErrors, type FieldErrorRecord } from './field-errors.ts';
import type { FieldPlan } from './plan.ts';
import { ignoresImmutable, isPartial, type Route } from './routes.ts';
import { findUnstorable } from './text.ts';

/** A request as HTTP brought it. */
export interface RequestParts {
  /** The percent-decoded values of the path's variables, in their order. */
  readonly path: readonly string[];
  /** The query as qs parses it. */
  readonly query: Readonly<Record<string, unknown>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or a form as qs parses it; undefined where the request had no body. */
  readonly body: unknown;
  readonly bodySource: Exclude<Source, 'query'>;
}

export type DecodedRequest =
  | { readonly kind: 'decoded'; readonly request: Record<string, unknown> }
  /** A path variable that can not be anybody's id: 404. */
  | { readonly kind: 'unknown_path' }
  /** A body is missing or is not of the kind the operation takes: 400. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** 422 with every field that is wrong. */
  | { readonly kind: 'invalid'; readonly errors: FieldErrorRecord };

// Longer than any id we make or take over from another system.
const PATH_VALUE_LENGTH_MAX = 200;

/** Builds the rpc's request of a REST request's path, query, headers and body, and fills its update mask. */
export function decodeRequest(route: Route, parts: RequestParts): DecodedRequest {
  if (!parts.path.every((value, index) => isPossible(value, route.pathFields[index]))) return { kind: 'unknown_path' };
  const complaint = findBodyComplaint(route, parts.body);
  if (complaint) return { kind: 'unreadable', message: complaint };
  const errors = new FieldErrors();
  const request = decodeBodyPart(route, parts, errors);
  Object.assign(request, decodeQuery(route.queryFields, parts.query, errors));
  for (const field of route.headerFields) {
    const raw = parts.headers[(field.header ?? '').toLowerCase()];
    request[field.key] = decodeTextField(field, raw, field.header ?? '', errors);
  }
  for (const [index, field] of route.pathFields.entries()) {
    request[field.key] = decodeTextField(field, parts.path[index], field.json, errors);
  }
  const record = errors.toRecord();
  return Object.keys(record).length > 0 ? { kind: 'invalid', errors: record } : { kind: 'decoded', request };
}

/** Reads fields from a parsed query; unknown keys are ignored and empty values count as absent. */
export function decodeQuery(
  fields: readonly FieldPlan[],
  query: Readonly<Record<string, unknown>>,
  errors: FieldErrors,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const raw = Object.hasOwn(query, field.json) ? query[field.json] : undefined;
    values[field.key] = decodeTextField(field, raw, field.json, errors);
  }
  return values;
}

function decodeTextField(field: FieldPlan, raw: unknown, path: string, errors: FieldErrors): unknown {
  if (!isAbsent(field, raw, 'query')) return decodeField(field, raw, { path, depth: 1, source: 'query', errors });
  if (field.required) errors.add(path, 'is required');
  return emptyValue(field);
}

function decodeBodyPart(route: Route, parts: RequestParts, errors: FieldErrors): Record<string, unknown> {
  const { request: plan, body } = route;
  if (body === undefined) return plan.create();
  const rules = { isPartial: isPartial(route), ignoresImmutable: ignoresImmutable(route) };
  const place = { path: '', depth: 1, source: parts.bodySource, errors };
  const outsideBody = new Set(route.pathFields.map((field) => field.name));
  const given = parts.body ?? (body === '*' || body.shape === 'single' ? {} : []);
  if (body === '*') {
    const { value, mask } = decodeKeys(plan, isObject(given) ? given : {}, { ...rules, except: outsideBody }, place);
    return plan.maskKey ? { ...value, [plan.maskKey]: mask } : value;
  }
  const request = plan.create();
  if (body.value.kind !== 'message' || body.shape !== 'single') {
    request[body.key] = decodeField(body, given, { ...place, path: body.json });
    return request;
  }
  // Path variables are fields of the request, not of the message in its body: nothing of that message is left out.
  const { value, mask } = decodeKeys(
    body.value.message,
    isObject(given) ? given : {},
    { ...rules, except: new Set() },
    place,
  );
  request[body.key] = value;
  if (plan.maskKey) request[plan.maskKey] = mask;
  return request;
}

function findBodyComplaint(route: Route, given: unknown): string | undefined {
  const { body } = route;
  if (body === undefined) return undefined;
  if (given === undefined) return needsBody(route) ? 'The request needs a body.' : undefined;
  if (body !== '*' && body.shape === 'list') {
    return Array.isArray(given) ? undefined : 'The body must be a JSON list.';
  }
  if (isObject(given)) return undefined;
  return 'The body must be a JSON object.';
}

// DELETE bodies are optional to HTTP; what is missing from one is reported by field.
function needsBody(route: Route): boolean {
  if (route.verb === 'DELETE' || isPartial(route)) return false;
  const fields = bodyFields(route);
  return fields.some((field) => field.required && !field.outputOnly && !route.pathFields.includes(field));
}

function bodyFields({ body, request }: Route): readonly FieldPlan[] {
  if (body === '*') return request.fields;
  return body?.value.kind === 'message' && body.shape === 'single' ? body.value.message.fields : [];
}

/** What is longer than the field can be names nothing, so it is not found rather than wrong. */
function isPossible(value: string, field: FieldPlan | undefined): boolean {
  const lengthMax = field?.value.kind === 'string' ? field.value.length.max : undefined;
  const max = Math.min(PATH_VALUE_LENGTH_MAX, lengthMax ?? PATH_VALUE_LENGTH_MAX);
  return value !== '' && value.length <= max && findUnstorable(value) === undefined;
}
