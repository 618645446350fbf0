import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import type { Access } from '@lido/runtime/rest/extensions.ts';
import { readBearer } from '../http/request-headers.ts';
import { badToken } from './token.client.ts';

const PUBLIC: Principal = {
  kind: 'KIND_PUBLIC',
  id: '',
  name: '',
  onBehalfOf: null,
  organisationId: '',
  brandIds: [],
  grants: [],
};

/**
 * Whoever makes a request. Without a token that is the public, where the operation lets it in. A token that is sent
 * must be good even there: a caller who believes to be signed in must not be taken for somebody else.
 */
export async function authenticate(
  access: Access,
  header: string | undefined,
  resolve: (token: string) => Promise<Principal>,
): Promise<Principal> {
  const token = readBearer(header);
  if (token === null) throw badToken();
  if (token !== undefined) return resolve(token);
  if (access.kinds.includes('KIND_PUBLIC')) return PUBLIC;
  throw badToken();
}
