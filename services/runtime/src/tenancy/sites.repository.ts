import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import type { Database } from '../db/database.ts';
import { orUndefined } from '../errors/refusal.ts';
import { rebuildProjection } from '../events/rebuild.ts';
import type { EventHandler } from '../events/consumer.ts';
import type { Caller, Peer } from '../grpc/client.ts';

/** The sites a service knows: a projection of customers' sites that asks the owner about those it has not heard of. */
export interface Sites {
  /** The site, or undefined when there is none. Throws unavailable when the owner can not be asked. */
  find(em: SqlEntityManager, id: string, caller: Caller): Promise<Site | undefined>;
}

/** Reads known sites, with the owner behind them for sites younger than the last event. */
export function sitesFrom(directory: Peer<typeof SiteDirectoryServiceService>): Sites {
  return {
    find: async (em, id, caller) => {
      const known = await findKnownSite(em, id);
      if (known) return known;
      const site = await orUndefined(directory.findSite({ id }, caller));
      if (site) await keepSite(em, site, 0);
      return site;
    },
  };
}

/** The site as far as events and answers have told of it. */
export async function findKnownSite(em: SqlEntityManager, id: string): Promise<Site | undefined> {
  const [row] = await em.execute<{ site: Site }[]>('select site from known_sites where id = ?', [id]);
  return row?.site;
}

/** Feeds the projection; subscribe it to `lido.customers.site.saved`. */
export const projectSite: EventHandler = async (event, { em }) => {
  await keepSite(em, Site.decode(event.payload), event.version);
};

async function keepSite(em: SqlEntityManager, site: Site, version: number): Promise<void> {
  await em.execute(
    `insert into known_sites (id, organisation_id, version, site) values (?, ?, ?, ?::jsonb)
     on conflict (id) do update set version = excluded.version, site = excluded.site, organisation_id = excluded.organisation_id
     where known_sites.version < excluded.version`,
    [site.id, site.organisationId, version, JSON.stringify(site)],
    'run',
  );
}

const exportPage = 200;

/** Fills the projection anew from its owner; answers how many sites there are. */
export function rebuildSites(
  db: Pick<Database, 'fork'>,
  directory: Peer<typeof SiteDirectoryServiceService>,
  caller: Caller,
): Promise<number> {
  return rebuildProjection(
    async (afterId) => {
      const { sites } = await directory.exportSites({ afterId, limit: exportPage }, caller);
      return { rows: sites, next: sites.length < exportPage ? undefined : sites.at(-1)?.site?.id };
    },
    async (rows) => {
      for (const { site, version } of rows) if (site) await keepSite(db.fork(), site, version);
    },
  );
}
