import { followSource } from '@lido/runtime/events/catch-up.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { attribute, metricName } from '@lido/runtime/telemetry/names.ts';
import { findSources, keepAge, keepRebuilt, type Projection, rebuildStart } from './sources.repository.ts';
import { type Ages, type FactSource, isFactSource } from './trust.ts';

/** What the gateway knows of how current its projections are. */
export interface ProjectionSources {
  ages(): Ages;
}

export interface SourcesOptions {
  readonly parts: Pick<ServiceParts, 'db' | 'bus' | 'telemetry'>;
  readonly subscriptions: readonly Subscription[];
  /** Makes a projection what its owner exports, from an instant of the database's clock on. */
  rebuild(projection: Projection, startedAt: Date): Promise<unknown>;
}

interface Known {
  /** On the clock of `performance.now()`; it is negative for what was complete before this process began. */
  completeMs: number | undefined;
  isFilled: boolean;
}

const rebuildCheckMs = 1_000;

/** Reads how the projections stand; what follows keeps that up to date until it is stopped. */
export async function openSources(
  options: SourcesOptions,
): Promise<ProjectionSources & { follow(): { stop(): Promise<void> }[] }> {
  const { db, bus, telemetry } = options.parts;
  const known = await loadKnown(options);
  const ageOf = (source: FactSource): number | undefined => {
    const { completeMs, isFilled } = known[source];
    return completeMs === undefined || !isFilled ? undefined : performance.now() - completeMs;
  };
  const ages = (): Ages => ({
    customers: ageOf('customers'),
    memberships: ageOf('memberships'),
    orders: ageOf('orders'),
  });
  observeAges(telemetry.meter, ages);

  const onCaughtUp = (source: FactSource, atMs: number): void => {
    // What was complete once stays so, whatever an owner that publishes old events again says of itself.
    if (atMs <= (known[source].completeMs ?? -Infinity)) return;
    known[source].completeMs = atMs;
    keepAge(db.fork(), source, performance.now() - atMs).catch((error: unknown) =>
      telemetry.log.warn({ err: error, source }, 'the age of a projection could not be kept'),
    );
  };
  const rebuildWanted = async (): Promise<void> => {
    const states = await findSources(db.fork());
    for (const { source, isFilled } of states) if (isFactSource(source)) known[source].isFilled = isFilled;
    const wanted = states.filter(({ isRebuildWanted }) => isRebuildWanted);
    // One owner that is away must not keep the others' facts from being filled.
    const results = await Promise.allSettled(wanted.map(({ source }) => rebuildOne(source)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  };
  const rebuildOne = async (projection: Projection): Promise<void> => {
    const startedAt = await rebuildStart(db.fork());
    await options.rebuild(projection, startedAt);
    await keepRebuilt(db.fork(), projection, startedAt);
    if (isFactSource(projection)) known[projection].isFilled = true;
    telemetry.log.info({ projection }, 'a projection was rebuilt from its owner');
  };
  return {
    ages,
    follow: () => [
      sweeperOf(rebuildWanted, { name: 'rebuild of projections', everyMs: rebuildCheckMs, telemetry }).start(),
      ...options.subscriptions.map((subscription) => {
        const source = subscription.source as FactSource;
        return followSource(subscription, { bus, telemetry, onCaughtUp: (atMs) => onCaughtUp(source, atMs) });
      }),
    ],
  };
}

async function loadKnown({ parts }: SourcesOptions): Promise<Record<FactSource, Known>> {
  const known: Record<FactSource, Known> = {
    customers: { completeMs: undefined, isFilled: false },
    memberships: { completeMs: undefined, isFilled: false },
    orders: { completeMs: undefined, isFilled: false },
  };
  for (const { source, ageMs, isFilled } of await findSources(parts.db.fork())) {
    if (isFactSource(source))
      known[source] = { completeMs: ageMs === null ? undefined : performance.now() - ageMs, isFilled };
  }
  return known;
}

/** How old the doors' facts are: the first sign of an owner that is away. */
function observeAges(meter: ServiceParts['telemetry']['meter'], ages: () => Ages): void {
  const gauge = meter.createObservableGauge(metricName.projectionAge, {
    description: 'How old the facts are that an owner has told.',
    unit: 's',
  });
  gauge.addCallback((result) => {
    for (const [source, ageMs] of Object.entries(ages())) {
      if (ageMs !== undefined) result.observe(ageMs / 1_000, { [attribute.service]: source });
    }
  });
}
