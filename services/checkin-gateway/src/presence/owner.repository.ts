import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Owners } from '../projections/owners.client.ts';
import { findNamedCustomer } from '../visits/named.repository.ts';

/** Whether a body may name this id as an owner: somebody's own, or for staff that of any customer of the organisation. */
export async function isPossibleOwner(id: string, call: Call, owners: Owners): Promise<boolean> {
  if (id === call.principal.id) return true;
  if (call.principal.kind === 'KIND_CUSTOMER') return false;
  return (await findNamedCustomer(id, undefined, call, owners)) !== undefined;
}
