import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { type FactSource, factSources, isFactSource } from './trust.ts';

/** What is rebuilt on its own: the doors' facts of each source, and the bookings that check-ins are compared with. */
export const projections = [...factSources, 'booked-items'] as const;

export type Projection = (typeof projections)[number];

/** How a projection stands in the database. */
export interface SourceState {
  readonly source: Projection;
  /** How long ago it was complete, in milliseconds; null before the first time. */
  readonly ageMs: number | null;
  /** Whether it was ever filled from its owner. */
  readonly isFilled: boolean;
  /** Whether somebody has asked for a rebuild that has not ended yet. */
  readonly isRebuildWanted: boolean;
}

/** How all projections stand. Times are compared in the database, whose clock wrote them. */
export async function findSources(em: SqlEntityManager): Promise<SourceState[]> {
  return em.execute<SourceState[]>(
    `select source, greatest(0, extract(epoch from lido_now() - as_of) * 1000)::float8 as "ageMs",
            rebuilt_at is not null as "isFilled",
            rebuilt_at is null or rebuilt_at < rebuild_asked_at as "isRebuildWanted"
     from projection_sources`,
  );
}

/** Notes that a source was complete so many milliseconds ago. */
export async function keepAge(em: SqlEntityManager, source: FactSource, ageMs: number): Promise<void> {
  await em.execute(
    `update projection_sources set as_of = greatest(as_of, lido_now() - make_interval(secs => ?::float8 / 1000))
     where source = ?`,
    [ageMs, source],
    'run',
  );
}

/** The instant a rebuild begins at, for `keepRebuilt`. */
export async function rebuildStart(em: SqlEntityManager): Promise<Date> {
  const [row] = await em.execute<{ now: Date }[]>('select lido_now() as now');
  return new Date(row?.now ?? 0);
}

/** Asks for rebuilds; a gateway that runs, or the next one that does, sees to them. */
export async function askRebuild(em: SqlEntityManager, asked: readonly Projection[]): Promise<void> {
  await em.execute(
    'update projection_sources set rebuild_asked_at = lido_now() where source in (select jsonb_array_elements_text(?::jsonb))',
    [JSON.stringify(asked)],
    'run',
  );
}

/** Notes that a rebuild which began at an instant has ended. */
export async function keepRebuilt(em: SqlEntityManager, source: Projection, startedAt: Date): Promise<void> {
  await em.execute('update projection_sources set rebuilt_at = ? where source = ?', [startedAt, source], 'run');
}

/** How old the oldest source's facts are, in milliseconds; undefined before all were complete once. */
export async function findLagMs(em: SqlEntityManager): Promise<number | undefined> {
  const facts = (await findSources(em)).filter(({ source }) => isFactSource(source));
  const ages = facts.map(({ ageMs }) => ageMs ?? Infinity);
  const oldest = Math.max(...ages);
  return Number.isFinite(oldest) ? Math.min(Math.round(oldest), lagMax) : undefined;
}

/** The column that holds it is a 32-bit integer: 24 days. */
const lagMax = 2_147_483_647;
