import { forbidden } from '../errors/refusal.ts';
import type { Call } from './call.ts';
import { may } from './principal.ts';

const permission = 'reservations.override-rules';

/** Whether the caller is not bound by rules at a site, and may take what others hold there. */
export function mayOverride(siteId: string, { principal }: Pick<Call, 'principal'>): boolean {
  return may(principal, permission, siteId);
}

/** Who takes what others hold at a site, when the request wants that; null when it does not. Throws forbidden for who may not. */
export function overriderOf(isWanted: boolean | null | undefined, siteId: string, call: Call): string | null {
  if (isWanted !== true) return null;
  if (!mayOverride(siteId, call)) throw forbidden(permission);
  return call.actor;
}
