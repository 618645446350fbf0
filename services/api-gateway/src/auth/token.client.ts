import { createHash } from 'node:crypto';
import {
  DeviceTokenServiceService,
  type ResolveDeviceTokenResponse,
} from '@lido/proto/lido/checkin/internal/v1/device_token.ts';
import { type ResolveTokenResponse, TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { isNotFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import { type CallOptions, callerMetadata } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { GuessLimit } from '@lido/runtime/service/guess-limit.ts';
import type { Peers } from '../routing/peers.client.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** Tells who tokens stand for. */
export interface TokenResolver {
  /** Throws a refusal for a token that stands for nobody. */
  resolve(token: string, asking: TokenAsking): Promise<Principal>;
  /** Asks about every token anew, after a call that may have changed what some may do. */
  forgetAll(): void;
}

/** The request that brings a token. */
export interface TokenAsking {
  readonly requestId: string;
  /** Of the client, as far as proxies that we trust tell it. */
  readonly address: string;
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
/** How a reader's token begins. */
const DEVICE_TOKEN = 'lidodev_';

/** The services that know tokens: their hashes only. */
export type TokenOwners = Pick<Peers, 'customers' | 'checkin-gateway'>;

/** Resolves tokens at the services that know them. Who guesses the tokens of readers is stopped by address. */
export function createTokenResolver(owners: TokenOwners): TokenResolver {
  const principals = new ExpiringCache<Principal>({
    entriesMax: ENTRIES_MAX,
    lifetimeMs: LIFETIME_MS,
    now: () => performance.now(),
  });
  const guesses = new GuessLimit();
  const resolve = (token: string, { requestId, address }: TokenAsking): Promise<Principal> => {
    const tokenHash = createHash('sha256').update(token).digest('hex');
    const options = (): CallOptions => ({
      metadata: callerMetadata(servicePrincipal('api-gateway', ''), requestId),
      deadlineMs: DEADLINE_MS,
      isRepeatable: true,
    });
    const ask = async (): Promise<Principal> => {
      const answer = await owners.customers.unary(TokenServiceService.resolveToken, { tokenHash }, options());
      return acceptPrincipal(answer.response);
    };
    const askForDevice = async (): Promise<Principal> => {
      if (guesses.isStopped(address, tokenHash)) throw tooManyWrongTokens();
      const method = DeviceTokenServiceService.resolveDeviceToken;
      const answer = await owners['checkin-gateway'].unary(method, { token }, options()).catch((error: unknown) => {
        if (isNotFound(error)) guesses.noteWrong(address, tokenHash);
        throw error;
      });
      guesses.noteGood(tokenHash);
      return acceptPrincipal(answer.response);
    };
    const load = token.startsWith(DEVICE_TOKEN) ? askForDevice : ask;
    return principals.get(tokenHash, () =>
      load().catch((error: unknown) => {
        throw isNotFound(error) ? badToken() : error;
      }),
    );
  };
  return { resolve, forgetAll: () => principals.clear() };
}

/** 401, in the same words whatever is wrong with the token. */
export function badToken(): Refusal {
  return new Refusal('unauthenticated', 'unauthenticated', 'Please send a valid bearer token.');
}

function tooManyWrongTokens(): Refusal {
  return new Refusal(
    'exhausted',
    'too_many_wrong_tokens',
    'Too many wrong tokens came from your address. Please wait.',
  );
}

// A token never stands for one of our own services: those pass every check.
function acceptPrincipal({ principal }: ResolveTokenResponse | ResolveDeviceTokenResponse): Principal {
  if (!principal || principal.kind === 'KIND_SERVICE' || principal.kind === 'KIND_UNSPECIFIED') throw badToken();
  return principal;
}
