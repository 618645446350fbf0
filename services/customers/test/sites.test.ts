import { afterAll, beforeAll, expect, test } from 'vitest';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { Site, SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { site } from './builders.ts';
import { openEvents } from '../../../test/support/events.ts';
import { anotherService, anybody, staff } from '../../../test/support/callers.ts';
import { addTenant, startCustomers, type Tenant, type TestService } from './support.ts';

let service: TestService;
let sites: Peer<typeof SiteServiceService>;
let tenant: Tenant;

beforeAll(async () => {
  service = await startCustomers();
  sites = service.peer(SiteServiceService);
  tenant = await addTenant(service.database);
});
afterAll(() => service.stop());

test('a new site belongs to the organisation’s only brand, and whoever added it sees it', async () => {
  const made = await sites.createSite(site({ name: 'Pool', openingHours: [] }), tenant.owner);
  expect(made).toMatchObject({ name: 'Pool', brandId: tenant.brandId, currency: 'gbp', timezone: 'Europe/London' });
  const caller = staff(tenant, [made.id], { held: [] });
  expect(await sites.getSite({ id: made.id }, caller)).toEqual(made);
  expect((await sites.listSites({}, caller)).data).toEqual([made]);
});

test.each([
  [
    'an unknown weekday',
    { openingHours: [{ weekday: 'someday', timeFrom: '09:00', timeTo: '10:00' }] },
    'opening_hours.0.weekday',
  ],
  [
    'hours that end before they begin',
    { openingHours: [{ weekday: 'monday', timeFrom: '10:00', timeTo: '09:00' }] },
    'opening_hours.0.time_to',
  ],
  [
    'hours that overlap',
    {
      openingHours: [
        { weekday: 'monday', timeFrom: '09:00', timeTo: '12:00' },
        { weekday: 'monday', timeFrom: '11:00', timeTo: '13:00' },
      ],
    },
    'opening_hours.1.time_from',
  ],
  [
    'an open exception without times',
    { openingExceptions: [{ date: '2026-12-25', closed: false }] },
    'opening_exceptions.0.time_to',
  ],
  ['a name with markup', { name: '<b>Spa</b>' }, 'name'],
  ['a brand that does not exist', { brandId: 'nowhere' }, 'brand_id'],
])('a site with %s is refused by that field', async (_title, fields, field) => {
  await expect(sites.createSite(site(fields), tenant.owner)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { [field]: [expect.any(String)] },
  });
});

test('hours are replaced as a whole, and each change is told once', async () => {
  const made = await sites.createSite(site(), tenant.owner);
  const caller = staff(tenant, [made.id]);
  const openingHours = [{ weekday: 'sunday', timeFrom: '10:00', timeTo: '16:00' }];
  const changed = await sites.updateSite(
    { id: made.id, site: site({ openingHours }), updateMask: ['opening_hours'] },
    caller,
  );
  expect(changed).toMatchObject({ name: made.name, openingHours });
  const stream = await openEvents(service.prefix, 'customers');
  const events = await stream.until((event) => event.aggregateId === made.id && event.version === 2);
  await stream.stop();
  const told = events.filter((event) => event.aggregateId === made.id);
  expect(told.map(({ type, siteId }) => [type, siteId])).toEqual([
    ['lido.customers.site.saved', made.id],
    ['lido.customers.site.saved', made.id],
  ]);
  expect(Site.decode(told[1]?.payload ?? new Uint8Array())).toMatchObject({ id: made.id, openingHours });
});

test('a site is missing for another organisation and forbidden without the permission', async () => {
  const made = await sites.createSite(site(), tenant.owner);
  const stranger = staff({ organisationId: 'another-organisation', brandId: 'another-brand' }, [made.id]);
  const change = { id: made.id, site: site(), updateMask: ['name'] };
  await expect(sites.getSite({ id: made.id }, stranger)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(sites.updateSite(change, stranger)).rejects.toMatchObject({ kind: 'not_found' });
  const viewer = staff(tenant, [made.id], { held: ['settings.view'] });
  await expect(sites.updateSite(change, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(sites.createSite(site(), viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(sites.listSites({}, anybody())).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('other services find any site and page through all', async () => {
  const directory = service.peer(SiteDirectoryServiceService);
  const made = await sites.createSite(site(), tenant.owner);
  expect(await directory.findSite({ id: made.id }, anybody())).toEqual(made);
  const all = (await directory.exportSites({ afterId: '', limit: 100 }, anotherService())).sites;
  const second = await directory.exportSites({ afterId: all[0]?.site?.id ?? '', limit: 1 }, anotherService());
  expect(second.sites).toEqual([all[1]]);
  expect(all.find((exported) => exported.site?.id === made.id)).toEqual({ site: made, version: 1 });
  const forStaff = directory.exportSites({ afterId: '', limit: 1 }, tenant.owner);
  await expect(forStaff).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(directory.findSite({ id: 'nowhere' }, anybody())).rejects.toMatchObject({ kind: 'not_found' });
});
