import type { Metadata } from '@grpc/grpc-js';
import { CarriedGrants, type Grant, Principal } from '@lido/proto/lido/principal/v1/principal.ts';

/** The metadata keys of every hop, as literals. */
export const metadataKey = {
  principal: 'lido-principal-bin',
  requestId: 'lido-request-id',
  traceparent: 'traceparent',
  idempotencyKey: 'idempotency-key',
  bodyHash: 'lido-body-hash',
  replayed: 'lido-idempotency-replayed',
} as const;

export type { Principal };

/** A service that acts on an event rather than for a caller. It passes every scope of its organisation. */
export function servicePrincipal(name: string, organisationId: string): Principal {
  return { kind: 'KIND_SERVICE', id: name, name, onBehalfOf: null, organisationId, brandIds: [], grants: [] };
}

/** `kind:id`, as rows and events name whoever wrote them. */
export function actorOf(principal: Principal): string {
  return `${principal.kind.slice('KIND_'.length).toLowerCase()}:${principal.onBehalfOf ?? principal.id}`;
}

/** Whether the caller holds a permission at a site; services hold all. */
export function may(principal: Principal, permission: string, siteId: string): boolean {
  if (principal.kind === 'KIND_SERVICE') return true;
  return principal.grants.some((grant) => grant.siteId === siteId && grant.permissions.includes(permission));
}

/** Whether the caller holds a permission anywhere in their organisation. */
export function mayAnywhere(principal: Principal, permission: string): boolean {
  return principal.kind === 'KIND_SERVICE' || principal.grants.some((grant) => grant.permissions.includes(permission));
}

/** The sites a caller can see at all. Undefined means every site of the organisation. */
export function visibleSites(principal: Principal): string[] | undefined {
  return principal.kind === 'KIND_SERVICE' ? undefined : principal.grants.map((grant) => grant.siteId);
}

/** Whether the caller sees what is at a site. */
export function sees(principal: Principal, siteId: string): boolean {
  return visibleSites(principal)?.includes(siteId) !== false;
}

/** Whether the caller holds a permission at any site of a brand; services hold all. */
export function mayInBrand(principal: Principal, permission: string, brandId: string): boolean {
  if (principal.kind === 'KIND_SERVICE') return true;
  return principal.grants.some((grant) => grant.brandId === brandId && grant.permissions.includes(permission));
}

/** The brands with a site that the caller can see. Undefined means every brand of the organisation. */
export function visibleBrands(principal: Principal): string[] | undefined {
  if (principal.kind === 'KIND_SERVICE') return undefined;
  return [...new Set(principal.grants.map((grant) => grant.brandId))];
}

/** The brand that is meant where a request names none: the only one the caller works for. */
export function onlyBrand(principal: Principal): string | undefined {
  const [brandId, another] = visibleBrands(principal) ?? [];
  return another === undefined ? brandId : undefined;
}

/** The bytes of principals that may go with many calls: a hundred sites take longer to write than a search. */
const written = new WeakMap<Readonly<Principal>, Buffer>();

/** Writes a principal, which nobody changes after that, into a hop's metadata. */
export function setPrincipal(metadata: Metadata, principal: Readonly<Principal>): void {
  const bytes = written.get(principal) ?? bytesOf(principal);
  written.set(principal, bytes);
  metadata.set(metadataKey.principal, bytes);
}

/** What several sites grant alike is written only once: HTTP/2 bounds metadata to 64 KB. */
function bytesOf(principal: Readonly<Principal>): Buffer {
  const sets = new Map<string, { index: number; set: Grant }>();
  const setOfGrant = principal.grants.map(({ brandId, permissions }) => {
    const key = JSON.stringify([brandId, permissions]);
    const known = sets.get(key) ?? { index: sets.size, set: { siteId: '', brandId, permissions } };
    sets.set(key, known);
    return known.index;
  });
  const grants = principal.grants.map(({ siteId }) => ({ siteId, brandId: '', permissions: [] }));
  const carried = CarriedGrants.encode({ sets: [...sets.values()].map(({ set }) => set), setOfGrant });
  return Buffer.concat([Principal.encode({ ...principal, grants }).finish(), carried.finish()]);
}

/** The principal of a hop, if it has one. */
export function getPrincipal(metadata: Metadata): Principal | undefined {
  const [bytes] = metadata.get(metadataKey.principal);
  if (!Buffer.isBuffer(bytes)) return undefined;
  const principal = Principal.decode(bytes);
  if (principal.grants.length === 0) return principal;
  const { sets, setOfGrant } = CarriedGrants.decode(bytes);
  const grants = principal.grants.map((grant, index) => {
    const set = sets[setOfGrant[index] ?? -1];
    return set ? { ...set, siteId: grant.siteId } : grant;
  });
  return { ...principal, grants };
}
