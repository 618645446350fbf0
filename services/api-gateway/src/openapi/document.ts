import { buildOpenapi } from '@lido/runtime/rest/openapi.ts';
import type { Route } from '@lido/runtime/rest/routes.ts';

const DESCRIPTION = [
  'Booking and check-in for spas, clubs, pools and other leisure sites.',
  'Send a bearer token with every request that is not open to the public.',
  'Lists are paged; money is in the smallest unit of its currency; instants carry an offset.',
  'A PUT changes the fields its body carries: null clears a field, and a field that is left out stays as it is.',
  'A POST with an Idempotency-Key header can be repeated safely for a day.',
].join(' ');

/** The published OpenAPI document of the routes. */
export function describeApi(routes: readonly Route[]): object {
  return buildOpenapi(routes, { title: 'Lido', version: '1.0.0', description: DESCRIPTION });
}

/** One line for each route, `VERB PATH -> package.Service.Method`, sorted. */
export function listRoutes(routes: readonly Route[]): string {
  return `${routes
    .map(({ verb, path, rpc }) => `${verb} ${path} -> ${rpc}`)
    .sort()
    .join('\n')}\n`;
}
