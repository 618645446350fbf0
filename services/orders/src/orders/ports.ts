import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { Bookings } from '../bookings/bookings.client.ts';
import type { People } from '../people/people.client.ts';
import type { Submits } from '../submit/submit.job.ts';

/** What the handlers of orders and baskets reach beyond their own database. */
export interface Ports {
  sites: Sites;
  bookings: Bookings;
  people: People;
  submits: Submits;
  /** Says that time waits to be given back. */
  wakeSweeper(): void;
}
