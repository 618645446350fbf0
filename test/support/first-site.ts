import { createHash } from 'node:crypto';
import { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import { type Site, SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { anybody, callerOf, type TestCaller } from './callers.ts';

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A site and its owner, who may do everything there. */
export interface FirstSite {
  readonly staff: TestCaller;
  readonly site: Site;
}

/**
 * Opens a site in London, open from 8 to 20 every day unless told otherwise, in the name of the owner whose bootstrap
 * token is given.
 */
export async function openFirstSite(
  customers: RawClient,
  bootstrapToken: string,
  fields: Partial<Pick<Site, 'openingHours' | 'timezone'>> = {},
): Promise<FirstSite> {
  const body = {
    name: 'Harbour Spa',
    timezone: 'Europe/London',
    currency: 'GBP',
    openingHours: days.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '20:00' })),
    openingExceptions: [],
    ...fields,
  };
  const outputs = { id: '', organisationId: '', brandId: '', createdAt: '', updatedAt: '' };
  const founder = await ownerOf(customers, bootstrapToken);
  const site = await peerOf(SiteServiceService, customers).createSite({ ...outputs, ...body }, founder);
  // Only now do the owner's grants name the site.
  return { staff: await ownerOf(customers, bootstrapToken), site };
}

async function ownerOf(customers: RawClient, bootstrapToken: string): Promise<TestCaller> {
  const tokenHash = createHash('sha256').update(bootstrapToken).digest('hex');
  const { principal } = await peerOf(TokenServiceService, customers).resolveToken({ tokenHash }, anybody());
  if (principal === null) throw new Error('The bootstrap token stands for nobody.');
  return callerOf(principal);
}
