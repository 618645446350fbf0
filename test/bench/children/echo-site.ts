import { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { weekdays } from '@lido/runtime/time/zone.ts';

/** What both echo services answer to the id they are asked for. */
export function echoSite(id: string): Site {
  return { ...site, id };
}

const site: Site = {
  ...Site.decode(new Uint8Array()),
  organisationId: '0197b1de-5a10-7c9e-b5a1-0a4c1f0d2e3f',
  brandId: '0197b1de-5a10-7c9e-b5a1-0a4c1f0d2e40',
  name: 'Palm Tree Spa',
  timezone: 'Europe/London',
  currency: 'GBP',
  openingHours: weekdays.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '21:00' })),
  createdAt: '2026-06-01T08:00:00Z',
  updatedAt: '2026-06-01T08:00:00Z',
};
