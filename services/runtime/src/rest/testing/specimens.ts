import type { FileRegistry } from '@bufbuild/protobuf';
import { createPlans } from '../compile.ts';
import type { MessagePlan } from '../plan.ts';
import { buildRoutes, type Route, TESTING_PACKAGE } from '../routes.ts';

/** The plan of a message of the testing package. */
export function specimenPlan(registry: FileRegistry, name = 'Specimen'): MessagePlan {
  const message = registry.getMessage(`${TESTING_PACKAGE}.${name}`);
  if (!message) throw new Error(`The testing package has no message ${name}.`);
  return createPlans(registry).planOf(message);
}

/** The routes of the testing package, which the gateway itself never exposes. */
export function specimenRoutes(registry: FileRegistry): Route[] {
  return buildRoutes(registry, { includes: (packageName) => packageName === TESTING_PACKAGE });
}

/** The first route of an rpc of the testing package. */
export function specimenRoute(registry: FileRegistry, method: string): Route {
  const route = specimenRoutes(registry).find((candidate) => candidate.method === method);
  if (!route) throw new Error(`The testing package has no rpc ${method}.`);
  return route;
}
