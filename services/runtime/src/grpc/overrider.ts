import { forbidden } from '../errors/refusal.ts';
import type { Call } from './call.ts';
import { may } from './principal.ts';

const permission = 'reservations.override-rules';

/** Whether the caller is not bound by rules at a site, and may take what others hold there. */
export function mayOverride(siteId: string, { principal }: Pick<Call, 'principal'>): boolean {
  return may(principal, permission, siteId);
}

/** Who takes what others hold, and at which sites they may. */
export interface Overrider {
  actor: string;
  siteIds: string[];
}

/** Who takes what others hold for a site, when the request wants that; null when it does not. Throws forbidden for who may not. */
export function overriderOf(isWanted: boolean | null | undefined, siteId: string, call: Call): Overrider | null {
  if (isWanted !== true) return null;
  if (!mayOverride(siteId, call)) throw forbidden(permission);
  const others = call.principal.grants
    .map((grant) => grant.siteId)
    .filter((id) => id !== siteId && mayOverride(id, call));
  return { actor: call.actor, siteIds: [siteId, ...others] };
}
