import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { type Refusal, stateConflict, unavailable } from '@lido/runtime/errors/refusal.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { type BoundAction, findBoundActions } from './bound-action.repository.ts';
import {
  findRuns,
  finishFired,
  type FiredTrigger,
  handOnFired,
  holdFired,
  isRunning,
  keepFired,
  keepRun,
  postponeFired,
  takeFired,
} from './fired-trigger.repository.ts';
import { forgetFired } from './forget-fired.job.ts';
import type { Occasion } from './occasion.ts';
import { type ActionOutcome, type ActionParts, runAction } from './run-action.client.ts';
import type { Triggers } from './triggers.ts';

/** How many triggers one process runs at a time: one slow URL must not keep the others waiting. */
const lanes = 4;
const everyMs = 1_000;
/** Claims that stay are looked at each time. */
const forgetEveryMs = 3_600_000;
/** Pauses before the second and the third try. */
const pausesSeconds = [2, 10] as const;
/** A trigger that has ended so many runners in the middle is given up: those behind it wait. */
const attemptsMax = 10;
/**
 * How long a request waits for earlier triggers, and until when from its beginning it asks what allows it. The last action may take three
 * seconds more: that ends well before its deadline of fifteen.
 */
const settleMsMax = 4_000;
const askUntilMs = 9_000;
const settlePollMs = 20;

/** The triggers of a service with what runs them. */
export interface RunningTriggers extends Triggers {
  start(): { stop(): Promise<void> };
}

/** Makes the triggers run by these parts. */
export function triggersOf(parts: ActionParts, telemetry: Telemetry): RunningTriggers {
  const sweep = async (): Promise<void> => {
    while (await runNext(parts, null));
  };
  const runners = Array.from({ length: lanes }, () => sweeperOf(sweep, { name: 'triggers', everyMs, telemetry }));
  const forgetting = { name: 'fired triggers', everyMs: forgetEveryMs, telemetry };
  const forgetter = sweeperOf(() => forgetFired(parts.db), forgetting);
  return {
    fire: (occasion, em) => keepFired(em, occasion),
    ask: (occasion, sinceMs) => ask(occasion, sinceMs, parts),
    settle: (subjectId) => settle(subjectId, parts),
    wake: () => runners.forEach((runner) => runner.wake()),
    start: () => {
      const running = [...runners, forgetter].map((sweeper) => sweeper.start());
      return { stop: async () => void (await Promise.all(running.map((sweeper) => sweeper.stop()))) };
    },
  };
}

/** Runs the actions one after the other; those behind one that failed are left out, unless it may fail. */
export async function runChain(
  actions: readonly BoundAction[],
  run: (action: BoundAction) => Promise<ActionOutcome>,
): Promise<{ action: BoundAction; outcome: ActionOutcome }[]> {
  const ran: { action: BoundAction; outcome: ActionOutcome }[] = [];
  let isAborted = false;
  for (const action of actions) {
    const outcome: ActionOutcome = isAborted ? leftOut : await run(action);
    ran.push({ action, outcome });
    isAborted ||= outcome.status === 'ACTION_STATUS_FAILED' && !action.continueOnFail;
  }
  return ran;
}

const leftOut: ActionOutcome = {
  ...{ status: 'ACTION_STATUS_SKIPPED', message: 'An action before this one has failed.' },
  ...{ checkinId: null, isRetryable: false },
};

/** Asks the actions of a hook; the first that fails, unless it may, refuses. What takes too long is refused too. */
async function ask(occasion: Occasion, sinceMs: number, parts: ActionParts): Promise<void> {
  const { organisationId, bookable, trigger } = occasion;
  const bound = { organisationId, to: 'bookable', objectId: bookable?.id ?? '', trigger } as const;
  const actions = await findBoundActions(parts.db.fork(), bound);
  if (actions.length === 0) return;
  const untilMs = sinceMs + askUntilMs;
  await runChain(actions, async (action) => {
    if (performance.now() > untilMs) throw unavailable('The actions of this bookable take too long. Please try again.');
    const outcome = await runAction(action, occasion, parts);
    const isRefused = outcome.status === 'ACTION_STATUS_FAILED' && !action.continueOnFail;
    if (isRefused) throw refusedBy(action, outcome);
    return outcome;
  });
}

function refusedBy({ name }: BoundAction, { message }: ActionOutcome): Refusal {
  return stateConflict('refused_by_action', message ?? `The action ${name} did not allow this.`);
}

/** Runs what waits of a subject, and waits for what another runner is at; what is to be tried again later is not waited for. */
async function settle(subjectId: string, parts: ActionParts): Promise<void> {
  const untilMs = performance.now() + settleMsMax;
  while (performance.now() < untilMs) {
    if (await runNext(parts, subjectId, untilMs)) continue;
    if (!(await isRunning(parts.db.fork(), subjectId))) return;
    await after(settlePollMs);
  }
}

/** Runs the next trigger that waits; answers false where none does. */
async function runNext(parts: ActionParts, subjectId: string | null, untilMs = Infinity): Promise<boolean> {
  const runner = randomUUID();
  const fired = await takeFired(parts.db.fork(), runner, subjectId);
  if (!fired) return false;
  await runFired(fired, { runner, untilMs }, parts);
  return true;
}

class TryAgain extends Error {}
class HandOn extends Error {}
class LostTrigger extends Error {}

/** Runs what has not run of a trigger. A crash before the end lets the next runner go on behind the last action that is known to have run. */
async function runFired(
  fired: FiredTrigger,
  { runner, untilMs }: { runner: string; untilMs: number },
  parts: ActionParts,
): Promise<void> {
  const { seq, occasion, attempts } = fired;
  const { organisationId, bookable, trigger } = occasion;
  const em = parts.db.fork();
  if (attempts > attemptsMax) return finishFired(em, seq, runner);
  const bound = { organisationId, to: 'bookable', objectId: bookable?.id ?? '', trigger } as const;
  const [actions, runs] = [await findBoundActions(em, bound), await findRuns(em, seq)];
  const pause = pausesSeconds[attempts - 1];
  try {
    await runChain(actions, async (action) => {
      const status = runs.get(action.bindingId);
      if (status) return { ...leftOut, status, message: null };
      // Whoever waits does so no longer; another runner goes on with it.
      if (performance.now() > untilMs) throw new HandOn();
      if (!(await holdFired(parts.db.fork(), seq, runner))) throw new LostTrigger();
      const outcome = await runAction(action, occasion, parts);
      if (outcome.status === 'ACTION_STATUS_FAILED' && outcome.isRetryable && pause !== undefined) throw new TryAgain();
      await keepRun(parts.db.fork(), seq, action.bindingId, outcome);
      return outcome;
    });
    await finishFired(parts.db.fork(), seq, runner);
  } catch (error) {
    if (error instanceof LostTrigger) return;
    if (error instanceof HandOn) return handOnFired(parts.db.fork(), seq, runner);
    if (!(error instanceof TryAgain)) throw error;
    await postponeFired(parts.db.fork(), seq, runner, pause ?? 0);
  }
}
