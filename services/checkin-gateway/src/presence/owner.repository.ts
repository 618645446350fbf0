import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Owners } from '../projections/owners.client.ts';
import { findNamedCustomer } from '../visits/named.repository.ts';

/** What is wrong with an owner that a body names. It may be the caller, or for staff any customer of the organisation. */
export async function ownerErrors(id: string, call: Call, owners: Owners): Promise<FieldErrors> {
  return (await isPossibleOwner(id, call, owners)) ? {} : { owner_id: [`There is no customer ${id}.`] };
}

async function isPossibleOwner(id: string, call: Call, owners: Owners): Promise<boolean> {
  if (id === call.principal.id) return true;
  if (call.principal.kind === 'KIND_CUSTOMER') return false;
  return (await findNamedCustomer(id, undefined, call, owners)) !== undefined;
}
