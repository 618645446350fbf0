import { createHash } from 'node:crypto';
import { type ResolveTokenResponse, TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { isNotFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import { callerMetadata, type RawClient } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** Tells who tokens stand for. */
export interface TokenResolver {
  /** Throws a refusal for a token that stands for nobody. */
  resolve(token: string, requestId: string): Promise<Principal>;
  /** Asks about every token anew, after a call that may have changed what some may do. */
  forgetAll(): void;
}

/** The rpcs that change who may do what: whoever makes a site can work there with the next request. */
export const rpcsThatChangeGrants: ReadonlySet<string> = new Set([
  'lido.customers.v1.SiteService.CreateSite',
  'lido.customers.v1.UserService.DeleteUserToken',
]);

// A revoked token stops working everywhere within this time.
const LIFETIME_MS = 5_000;
const ENTRIES_MAX = 10_000;
const DEADLINE_MS = 2_000;

/** Resolves tokens at the customers service, which knows their hashes only. */
export function createTokenResolver(customers: RawClient): TokenResolver {
  const principals = new ExpiringCache<Principal>({
    entriesMax: ENTRIES_MAX,
    lifetimeMs: LIFETIME_MS,
    now: () => performance.now(),
  });
  const resolve = (token: string, requestId: string): Promise<Principal> => {
    const tokenHash = createHash('sha256').update(token).digest('hex');
    return principals.get(tokenHash, async () => {
      const options = {
        metadata: callerMetadata(servicePrincipal('api-gateway', ''), requestId),
        deadlineMs: DEADLINE_MS,
        isRepeatable: true,
      };
      const answer = await customers
        .unary(TokenServiceService.resolveToken, { tokenHash }, options)
        .catch((error: unknown) => {
          throw isNotFound(error) ? badToken() : error;
        });
      return acceptPrincipal(answer.response);
    });
  };
  return { resolve, forgetAll: () => principals.clear() };
}

/** 401, in the same words whatever is wrong with the token. */
export function badToken(): Refusal {
  return new Refusal('unauthenticated', 'unauthenticated', 'Please send a valid bearer token.');
}

// A token never stands for one of our own services: those pass every check.
function acceptPrincipal({ principal }: ResolveTokenResponse): Principal {
  if (!principal || principal.kind === 'KIND_SERVICE' || principal.kind === 'KIND_UNSPECIFIED') throw badToken();
  return principal;
}
