import { randomUUID } from 'node:crypto';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import { permissions } from '@lido/runtime/grpc/permissions.ts';
import { type Principal, servicePrincipal } from '@lido/runtime/grpc/principal.ts';

/** A caller in whose name a test calls. */
export type TestCaller = Caller;

export function callerOf(principal: Principal): TestCaller {
  return { principal, requestId: randomUUID() };
}

const nobody: Principal = {
  kind: 'KIND_PUBLIC',
  id: '',
  name: '',
  onBehalfOf: null,
  organisationId: '',
  brandIds: [],
  grants: [],
};

/** Somebody without a token. */
export function anybody(): TestCaller {
  return callerOf(nobody);
}

/** Another service, which acts for no organisation. */
export function anotherService(): TestCaller {
  return callerOf(servicePrincipal('another-service', ''));
}

/** Somebody of the organisation with a token of another kind than staff's. */
export function holderOf(
  kind: Principal['kind'],
  { organisationId, brandId, id }: { organisationId: string; brandId?: string; id: string },
): TestCaller {
  return callerOf({ ...nobody, kind, id, organisationId, brandIds: brandId === undefined ? [] : [brandId] });
}

/** A customer who signed in. */
export function signedIn(customer: { id: string; organisationId: string; brandId: string }): TestCaller {
  return holderOf('KIND_CUSTOMER', customer);
}

export interface StaffOptions {
  readonly id?: string;
  readonly held?: readonly string[];
}

/** A staff member of the brand who holds all permissions, or those given, at its sites. */
export function staff(
  { organisationId, brandId }: { organisationId: string; brandId: string },
  siteIds: readonly string[],
  { id = randomUUID(), held = permissions }: StaffOptions = {},
): TestCaller {
  const grants = siteIds.map((siteId) => ({ siteId, brandId, permissions: [...held] }));
  const brandIds = siteIds.length === 0 ? [] : [brandId];
  return callerOf({ ...nobody, kind: 'KIND_STAFF', id, name: 'Test staff', organisationId, brandIds, grants });
}

/** Staff of another organisation who hold the same permissions as a caller, at a site of theirs. */
export function staffElsewhere({ principal }: TestCaller): TestCaller {
  const grants = principal.grants.map((grant) => ({ ...grant, siteId: 'elsewhere', brandId: 'another-brand' }));
  return callerOf({ ...principal, id: 'stranger', organisationId: 'another-organisation', grants });
}
