import type { Route } from '@lido/runtime/rest/routes.ts';
import type { Verb } from '@lido/runtime/rest/http-rule.ts';
import createRouter from 'find-my-way';

/** A route that matches a request, with the percent-decoded values of its variables in their order. */
export interface Match {
  readonly route: Route;
  readonly values: readonly string[];
}

export type RouteTable = (verb: string, path: string) => Match | undefined;

// Longer ids than the codec takes reach it all the same, so that it alone decides what is too long.
const VARIABLE_LENGTH_MAX = 8192;

/** Finds routes by verb and path. Literal segments win over variables; HEAD is answered by the route of GET. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const router = createRouter({ ignoreTrailingSlash: true, maxParamLength: VARIABLE_LENGTH_MAX });
  for (const route of routes) {
    let index = 0;
    // Variables are numbered, because routes of one shape may name the same place differently.
    const pattern = route.path.replaceAll(':', '::').replace(/\{[^}]*\}/g, () => `:v${index++}`);
    router.on(route.verb, pattern, () => undefined, route);
  }
  return (verb, path) => {
    const found = router.find(verb === 'HEAD' ? 'GET' : (verb as Verb), path);
    if (!found) return undefined;
    const route = found.store as Route;
    return { route, values: route.pathFields.map((_field, index) => found.params[`v${index}`] ?? '') };
  };
}
