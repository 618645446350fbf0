import type { HttpRule } from './extensions.ts';

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One binding of an rpc to a verb and a path. */
export interface Binding {
  readonly verb: Verb;
  /** As written, with variables in braces: /shop/rooms/{id} */
  readonly path: string;
  /** The names of the variables, in their order. */
  readonly variables: readonly string[];
  /** The field that holds the body, `*` for the whole request, undefined without a body. */
  readonly body: string | undefined;
}

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['get', 'GET'],
  ['post', 'POST'],
  ['put', 'PUT'],
  ['delete', 'DELETE'],
]);
const PATH = /^(?:\/(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\}))+$/;

/**
 * Reads the supported part of a google.api.http rule: GET, POST, PUT and DELETE, literal segments and `{field}`,
 * a body and additional bindings. Throws a sentence that names the rpc for anything else.
 */
export function readBindings(rpc: string, rule: HttpRule): Binding[] {
  return [rule, ...rule.additionalBindings].map((binding) => readBinding(rpc, binding));
}

function readBinding(rpc: string, rule: HttpRule): Binding {
  const verb = VERBS.get(rule.pattern.case ?? '');
  if (!verb) throw new Error(`${rpc}: only get, post, put and delete are supported, not ${rule.pattern.case}.`);
  if (rule.responseBody) throw new Error(`${rpc}: response_body is not supported; use the answer option.`);
  if (verb === 'GET' && rule.body) throw new Error(`${rpc}: a GET can not have a body.`);
  const path = String(rule.pattern.value);
  if (!PATH.test(path)) {
    throw new Error(`${rpc}: the path ${path} is not supported; its segments must be literals or {field}.`);
  }
  const variables = [...path.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');
  return { verb, path, variables, body: rule.body || undefined };
}

/** Two paths of the same shape match the same requests: the names of variables make no difference. */
export function shapeOf({ verb, path }: { verb: Verb; path: string }): string {
  return `${verb} ${path.replace(/\{[^}]*\}/g, '{}')}`;
}
