import { forbidden } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may } from '@lido/runtime/grpc/principal.ts';

/** Who takes what others hold at a site, when the request wants that; null when it does not. Throws forbidden for who may not. */
export function overriderOf(isWanted: boolean | null | undefined, siteId: string, call: Call): string | null {
  if (isWanted !== true) return null;
  const permission = 'reservations.override-rules';
  if (!may(call.principal, permission, siteId)) throw forbidden(permission);
  return call.actor;
}
