import { type FileRegistry, getOption, hasOption } from '@bufbuild/protobuf';
import { Refusal } from '../errors/refusal.ts';
import { pathOf } from '../rest/grpc-path.ts';
import type { Principal } from './principal.ts';

/** What the contract says of an rpc's callers. */
export interface Access {
  kinds: Principal['kind'][];
  permission: string;
  scope: string;
}

/** Reads each public rpc's access from the contract; rpcs of internal packages have none and serve services only. */
export function accessTable(registry: FileRegistry): Map<string, Access> {
  const extension = registry.getExtension('lido.rest.v1.access');
  if (!extension) throw new Error('The contract image lacks lido/rest/v1/options.proto.');
  const table = new Map<string, Access>();
  for (const descriptor of registry) {
    if (descriptor.kind !== 'service') continue;
    for (const method of descriptor.methods) {
      if (hasOption(method, extension)) table.set(pathOf(method), readAccess(getOption(method, extension)));
    }
  }
  return table;
}

/** Refuses a caller whose kind the rpc does not serve. What else they may do there, the handler decides by their grants. */
export function checkKind(access: Access | undefined, principal: Principal | undefined): Principal {
  if (!principal) throw new Refusal('unauthenticated', 'unauthenticated', 'Please send a valid bearer token.');
  if (principal.kind === 'KIND_SERVICE') return principal;
  if (!access) return principal;
  if (access.kinds.includes(principal.kind)) return principal;
  if (principal.kind === 'KIND_PUBLIC')
    throw new Refusal('unauthenticated', 'unauthenticated', 'Please send a valid bearer token.');
  throw new Refusal('forbidden', 'forbidden', 'This operation is not for tokens of your kind.');
}

function readAccess(value: unknown): Access {
  const message = value as { kinds: number[]; permission: string; scope: number };
  return {
    kinds: message.kinds.map((kind) => kindNames[kind] ?? 'KIND_UNSPECIFIED'),
    permission: message.permission,
    scope: scopeNames[message.scope] ?? '',
  };
}

// In the order of the enum's numbers in lido/rest/v1/options.proto.
const kindNames: Principal['kind'][] = [
  'KIND_UNSPECIFIED',
  'KIND_STAFF',
  'KIND_CUSTOMER',
  'KIND_PARTNER',
  'KIND_DEVICE',
  'KIND_PUBLIC',
  'KIND_SERVICE',
];
const scopeNames = ['', 'site', 'brand', 'organisation', 'own', 'public'];
