import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { projectSite } from '@lido/runtime/tenancy/sites.repository.ts';
import { modelChanged } from './site-version.repository.ts';

/** Keeps sites known, and lets the solver see their new opening hours at once. */
export const siteSubscription: Subscription = {
  name: 'availability-from-customers',
  source: 'customers',
  mode: 'projection',
  handlers: {
    'lido.customers.site.saved': async (event, context) => {
      await projectSite(event, context);
      await modelChanged(context.em, [event.aggregateId]);
    },
  },
};
