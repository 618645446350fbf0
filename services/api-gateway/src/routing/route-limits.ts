import { Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Route } from '@lido/runtime/rest/routes.ts';
import { KeyedBuckets, perMinute } from '@lido/runtime/service/token-buckets.ts';

/** Refuses a call to a route that an address has called too often. Each gateway counts for itself. */
export function createRouteLimits(routes: readonly Route[]): (route: Route, address: string) => void {
  const limited = routes.filter(({ callsPerMinute }) => callsPerMinute > 0);
  const buckets = new Map(limited.map((route) => [route, new KeyedBuckets(perMinute(route.callsPerMinute))]));
  return (route, address) => {
    if (buckets.get(route)?.take(address) !== false) return;
    const sentence = `At most ${route.callsPerMinute} such calls a minute are taken from one address. Please try again later.`;
    throw new Refusal('exhausted', 'too_many_calls', sentence);
  };
}
