import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import {
  type Composition,
  type RunningService,
  type ServiceParts,
  startService,
} from '@lido/runtime/service/start-service.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import { migrations } from '../migrations/index.ts';
import { forgetOldTaps } from './attempts/forget-taps.job.ts';
import { composeActions } from './compose-actions.ts';
import { composeFacts } from './compose-facts.ts';
import { type ComposedReaders, composeReaders } from './compose-readers.ts';
import { type CheckinGatewayConfig, checkinGatewayConfig } from './config.ts';
import { markSilentOffline } from './devices/device.repository.ts';
import { entities } from './entities.ts';
import { arrivalsSubscription, bookedItemsSubscription } from './presence/booked-items.consumer.ts';
import { serve } from './serve.ts';
import { checkInReport } from './visits/check-in-report.job.ts';
import { closeOverdueVisits } from './visits/close-visits.job.ts';
import { decisionDeadlineMs } from './visits/decision.ts';
import { settleExits } from './visits/settle-exits.job.ts';
import type { TapDeciderOptions } from './visits/tap-case.repository.ts';
import { tapDecider } from './visits/tap.handlers.ts';

/** The check-in gateway, running. */
export interface RunningCheckinGateway extends RunningService {
  /** `host:port` where readers dial in over WebSocket. */
  readonly readersAddress: string;
}

export interface StartOptions {
  /** The machine's clock when absent. */
  readonly clock?: Clock;
  /** How long a tap may take, where it is not as at real doors. */
  readonly deadlineMs?: number;
}

const housekeepingEveryMs = 30_000;

/** Starts the check-in gateway from its environment. */
export async function start(env: Env, options: StartOptions = {}): Promise<RunningCheckinGateway> {
  const config = readConfig(checkinGatewayConfig, env, 'checkin-gateway');
  const readers = Promise.withResolvers<ComposedReaders>();
  const service = await startService({
    name: 'checkin-gateway',
    source: 'checkin',
    config,
    entities,
    migrations,
    ...(options.clock ? { clock: options.clock } : {}),
    compose: async (parts) => {
      const composed = await compose(parts, config, options.deadlineMs);
      readers.resolve(composed.readers);
      return composed.composition;
    },
  });
  const { address: readersAddress } = await readers.promise;
  return { ...service, readersAddress };
}

async function compose(
  parts: ServiceParts,
  config: CheckinGatewayConfig,
  deadlineMs = decisionDeadlineMs,
): Promise<{ composition: Composition; readers: ComposedReaders }> {
  const facts = await composeFacts(parts, config);
  const deciding = { parts, ...facts, deadlineMs };
  const taps = tapDecider(deciding);
  const readers = await composeReaders(parts, config, taps);
  const actions = composeActions(parts, config, { doors: readers.doors });
  const composition: Composition = {
    serve: (server) => serve(server, { ...parts, ...actions, ...readers, ...facts, taps, deciding }),
    jobs: [checkInReport],
    subscriptions: [...facts.subscriptions, bookedItemsSubscription(), arrivalsSubscription()],
    background: () => [readers, ...facts.follow(), housekeeping(parts, config, deciding), actions.triggers.start()],
  };
  return { composition, readers };
}

/**
 * Ends visits that nobody ended or whose exit opened without a decision, notes readers as offline whose gateway ended without a
 * word, and forgets attempts that are old.
 */
function housekeeping(
  parts: ServiceParts,
  config: CheckinGatewayConfig,
  deciding: TapDeciderOptions,
): { stop(): Promise<void> } {
  const silentMs = config.LIDO_READERS_HEARTBEAT_SECONDS * 3_000;
  const sweep = (): Promise<unknown> =>
    Promise.all([
      settleExits(deciding).then(() => closeOverdueVisits(parts)),
      markSilentOffline(parts.db.fork(), new Date(parts.clock.nowMs() - silentMs)),
      forgetOldTaps(parts, config.LIDO_ATTEMPTS_RETENTION_DAYS),
    ]);
  const options = { name: 'visits and readers', everyMs: housekeepingEveryMs, telemetry: parts.telemetry };
  return sweeperOf(sweep, options).start();
}
