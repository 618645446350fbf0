import type { DescMethod, FileRegistry } from '@bufbuild/protobuf';
import type { Answer, Problem } from '@lido/proto/lido/rest/v1/options.ts';
import { readComment } from './comments.ts';
import { createPlans, type PlanSource } from './compile.ts';
import type { Access } from './extensions.ts';
import { pathOf } from './grpc-path.ts';
import { type Binding, readBindings, shapeOf, type Verb } from './http-rule.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { FILE_MESSAGE } from './uploaded-file.ts';

/** One REST operation: a verb and a path bound to an rpc. An rpc with additional bindings has several. */
export interface Route {
  readonly verb: Verb;
  readonly path: string;
  /** lido.availability.v1.RoomService.ListRooms */
  readonly rpc: string;
  /** /lido.availability.v1.RoomService/ListRooms */
  readonly grpcPath: string;
  readonly package: string;
  readonly service: string;
  readonly method: string;
  readonly description: string;
  /** What the rpc's service is about. */
  readonly serviceDescription: string;
  readonly request: MessagePlan;
  readonly response: MessagePlan;
  readonly access: Access;
  readonly answer: Answer;
  readonly problem: Problem;
  readonly status: number;
  /** The key of the answer that, when true, makes the status 201. */
  readonly createdWhen: string | undefined;
  /** The gRPC path of the rpc that streams the same list as CSV, where there is one. */
  readonly csvGrpcPath: string | undefined;
  /** How many calls a minute are taken from one address; 0 for no limit. */
  readonly callsPerMinute: number;
  /** Whether a GET does something each time it is called. */
  readonly hasEffects: boolean;
  /** `*` for the whole request, the field that holds the body, or undefined where there is none. */
  readonly body: FieldPlan | '*' | undefined;
  /** Fields filled from the path, in the order of the path's variables. */
  readonly pathFields: readonly FieldPlan[];
  /** Fields filled from the query. */
  readonly queryFields: readonly FieldPlan[];
  /** Fields filled from request headers. */
  readonly headerFields: readonly FieldPlan[];
  /** 0 for the rpc's own binding, 1 and up for additional ones. */
  readonly bindingIndex: number;
}

export interface RouteOptions {
  /** Which packages have routes; all but the specimens of our own tests when not given. */
  readonly includes?: (packageName: string) => boolean;
}

/** The package of test specimens: its rpcs are never exposed. */
export const TESTING_PACKAGE = 'lido.rest.testing.v1';

/**
 * Every route the descriptors declare, in no particular order of precedence. Throws a sentence naming the rpc for an
 * unsupported annotation, two routes that match the same requests, an rpc without an access option, a path variable or
 * a body that is not a field.
 */
export function buildRoutes(registry: FileRegistry, options: RouteOptions = {}): Route[] {
  const includes = options.includes ?? ((packageName) => packageName !== TESTING_PACKAGE);
  const plans = createPlans(registry);
  const routes: Route[] = [];
  for (const file of registry.files) {
    if (!includes(file.proto.package)) continue;
    for (const service of file.services) {
      for (const method of service.methods) routes.push(...routesOf(method, plans));
    }
  }
  refuseCollisions(routes);
  return routes;
}

/**
 * Whether a route's body says only what differs from a row: a change of it, or a copy. Only an rpc with an update mask can
 * tell an absent field from an empty one, so only it may take a partial body.
 */
export function isPartial({ request }: Pick<Route, 'request'>): boolean {
  return request.maskKey !== undefined;
}

/** Whether a route ignores the fields that are set for good: a change does, while a new row and a copy still choose them. */
export function ignoresImmutable(route: Pick<Route, 'verb' | 'request'>): boolean {
  return route.verb === 'PUT' && isPartial(route);
}

/** Whether a route's body may be a multipart one, because a field of it is a file. */
export function takesFile({ body, request }: Pick<Route, 'body' | 'request'>): boolean {
  return body === '*' && request.fields.some(({ value }) => value.kind === 'file');
}

function routesOf(method: DescMethod, plans: PlanSource): Route[] {
  const { http, access, ...options } = plans.options.method(method);
  if (!http) return [];
  const rpc = `${method.parent.typeName}.${method.name}`;
  if (!access) throw new Error(`${rpc}: an rpc with a google.api.http rule must have an access option.`);
  if (access.kinds.length === 0) throw new Error(`${rpc}: the access option must name at least one kind.`);
  const isFile = options.answer === 'ANSWER_FILE';
  requireKind(rpc, method, isFile);
  const request = plans.planOf(method.input);
  const response = isFile ? FILE_PLAN : plans.planOf(method.output);
  if (options.answer === 'ANSWER_PAGED') requirePage(rpc, response, 'data');
  if (options.answer === 'ANSWER_ITEMS') requirePage(rpc, response, 'items');
  const shared = {
    rpc,
    grpcPath: pathOf(method),
    package: method.parent.file.proto.package,
    service: method.parent.name,
    method: method.name,
    description: readComment(method),
    serviceDescription: readComment(method.parent),
    request,
    response,
    access,
    answer: options.answer,
    problem: options.problem,
    status: options.status || defaultStatus(method),
    createdWhen: keyOf(rpc, options.createdWhen, response),
    callsPerMinute: options.callsPerMinute,
    hasEffects: options.hasEffects,
    csvGrpcPath: options.csv === '' ? undefined : pathOf(csvMethod(rpc, method, options.csv)),
  };
  const bindings = readBindings(rpc, http);
  // What was done by a request that is sent again is remembered as one message.
  if (method.methodKind !== 'unary' && bindings.some(({ verb }) => verb !== 'GET'))
    throw new Error(`${rpc}: only an rpc for GET may stream its answer.`);
  return bindings.map((binding, bindingIndex) => ({
    ...shared,
    ...bindFields(rpc, binding, request),
    verb: binding.verb,
    path: binding.path,
    bindingIndex,
  }));
}

// A file is bytes: nothing of it is JSON.
const FILE_PLAN: MessagePlan = {
  name: FILE_MESSAGE,
  description: '',
  fields: [],
  maskKey: undefined,
  create: () => ({}),
  toJson: () => ({}),
};

function requireKind(rpc: string, { methodKind, output }: DescMethod, isFile: boolean): void {
  if (methodKind !== 'unary' && methodKind !== 'server_streaming') throw new Error(`${rpc}: a request is one message.`);
  if (isFile && (methodKind !== 'server_streaming' || output.typeName !== FILE_MESSAGE)) {
    throw new Error(`${rpc}: an rpc that answers a file must stream ${FILE_MESSAGE}.`);
  }
}

function csvMethod(rpc: string, { parent, input }: DescMethod, name: string): DescMethod {
  const found = parent.methods.find((method) => method.name === name);
  if (!found || found.input !== input)
    throw new Error(`${rpc}: there is no rpc ${name} of the same request for its CSV.`);
  requireKind(`${parent.typeName}.${name}`, found, true);
  return found;
}

function keyOf(rpc: string, name: string, response: MessagePlan): string | undefined {
  if (name === '') return undefined;
  const field = response.fields.find((one) => one.name === name);
  if (field?.value.kind !== 'boolean') throw new Error(`${rpc}: its answer has no bool ${name} to tell 201 by.`);
  return field.key;
}

function defaultStatus(method: DescMethod): number {
  if (method.output.typeName === 'google.protobuf.Empty') return 204;
  return /^(Create|Copy)/.test(method.name) ? 201 : 200;
}

function requirePage(rpc: string, response: MessagePlan, list: 'data' | 'items'): void {
  const rows = response.fields.find((field) => field.name === list);
  const page = response.fields.find((field) => field.name === 'page');
  const isPage = page?.value.kind === 'message' && page.value.message.name === 'lido.rest.v1.Page';
  if (rows?.shape !== 'list' || !isPage) {
    throw new Error(`${rpc}: a paged answer needs \`repeated ${list}\` and \`lido.rest.v1.Page page\`.`);
  }
}

function bindFields(
  rpc: string,
  binding: Binding,
  request: MessagePlan,
): Pick<Route, 'body' | 'pathFields' | 'queryFields' | 'headerFields'> {
  const field = (name: string, role: string): FieldPlan => {
    const found = request.fields.find((candidate) => candidate.name === name);
    if (!found) throw new Error(`${rpc}: the ${role} ${name} is not a field of ${request.name}.`);
    return found;
  };
  const pathFields = binding.variables.map((name) => field(name, 'path variable'));
  if (new Set(pathFields).size !== pathFields.length) throw new Error(`${rpc}: a path variable appears twice.`);
  for (const { name, shape, value } of pathFields) {
    if (shape !== 'single' || value.kind === 'message') throw new Error(`${rpc}: ${name} can not be in a path.`);
  }
  const body = binding.body === undefined || binding.body === '*' ? binding.body : field(binding.body, 'body');
  const taken = new Set<FieldPlan>(typeof body === 'object' ? [...pathFields, body] : pathFields);
  const headerFields = request.fields.filter((candidate) => candidate.header && !taken.has(candidate));
  const rest = request.fields.filter(
    (candidate) => !candidate.header && !candidate.outputOnly && !taken.has(candidate),
  );
  return { body, pathFields, headerFields, queryFields: body === '*' ? [] : rest };
}

function refuseCollisions(routes: readonly Route[]): void {
  const seen = new Map<string, Route>();
  for (const route of routes) {
    const shape = shapeOf(route);
    const other = seen.get(shape);
    if (other) {
      throw new Error(
        `${route.rpc} and ${other.rpc} have the same route: ${route.verb} ${route.path} and ${other.path}.`,
      );
    }
    seen.set(shape, route);
  }
}
