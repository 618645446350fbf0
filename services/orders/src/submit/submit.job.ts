import type { HeldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import { Refusal, stateConflict, unavailable } from '@lido/runtime/errors/refusal.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { Bookings } from '../bookings/bookings.client.ts';
import { applyConfirmed, bookedStatus, wantedOf } from '../items/held-item.ts';
import { type Aggregate, liveItems, livePackages, submitFacts } from '../orders/aggregate.ts';
import { requireTransition } from '../orders/order.ts';
import type { OrderRow } from '../orders/order.entity.ts';
import { aggregateOf, lockOrderById, saveOrder, type Writer, zoneOf } from '../orders/order.repository.ts';
import { OrderEntity } from '../orders/order.entity.ts';
import { holdsDiffer, refuseSubmit, submitErrors, type SubmitPath } from './submit.ts';
import {
  endSaga,
  findSaga,
  leaseSaga,
  type Saga,
  startConfirming,
  takeLapsedSagas,
  yieldLease,
} from './submit-saga.repository.ts';

/** The steps of a submit in their order. `confirm` is the pivot. */
export type SubmitStep = 'lease' | 'extend-holds' | 'check-rules' | 'authorise-payments' | 'confirm' | 'finish';

/** One attempt to submit an order. */
export interface SubmitRequest {
  order: Pick<OrderRow, 'id' | 'organisationId'>;
  path: SubmitPath;
  skipRules: boolean;
  actor: string;
  requestId: string;
  /** Changes the order in the transaction that takes the lease, before anything is checked. */
  prepare?: ((order: OrderRow, em: SqlEntityManager) => Promise<void>) | undefined;
  /** Refuses a request that uses an idempotency key of another one, before anything of it is done. */
  checkKey?: ((em: SqlEntityManager) => Promise<void>) | undefined;
}

/** Turns baskets into orders. */
export interface Submits {
  /** Submits an order; one that was submitted already is left as it is. Refused, it leaves all as it was. */
  submit(request: SubmitRequest): Promise<void>;
  /** Undoes or completes what crashes have left behind, and answers how many submits that were. */
  recover(): Promise<number>;
}

export interface SubmitParts {
  db: Database;
  clock: Clock;
  bookings: Bookings;
  /** Wakes the relay after a commit. */
  onCommit(): void;
  /** Called after each step has taken effect, for whoever watches the saga. */
  afterStep(step: SubmitStep): void;
}

interface Run {
  saga: Saga;
  path: SubmitPath;
  /** What availability confirmed. */
  confirmed: HeldItem[];
}

interface Step {
  name: SubmitStep;
  run(run: Run, parts: SubmitParts): Promise<void>;
}

const beforePivot: readonly Step[] = [
  { name: 'extend-holds', run: extendHolds },
  { name: 'check-rules', run: checkRules },
  { name: 'authorise-payments', run: authorisePayments },
];
const fromPivot: readonly Step[] = [
  { name: 'confirm', run: confirm },
  { name: 'finish', run: finish },
];

/** Makes the saga that submits orders. */
export function submitsOf(parts: SubmitParts): Submits {
  return {
    submit: async (request) => {
      const saga = await lease(request, parts);
      if (saga === undefined) return;
      parts.afterStep('lease');
      const run: Run = { saga, path: request.path, confirmed: [] };
      if (saga.stage === 'submitting') await runSteps(beforePivot, run, parts);
      await runSteps(fromPivot, run, parts);
    },
    recover: async () => {
      const sagas = await parts.db.transaction((em) => takeLapsedSagas(em, newUuid()));
      for (const saga of sagas) await recoverOne(saga, parts);
      return sagas.length;
    },
  };
}

/** Before the pivot nothing irrevocable has happened, so the submit is undone; after it there is only forward. */
async function recoverOne(saga: Saga, parts: SubmitParts): Promise<void> {
  if (saga.stage === 'submitting') return undo(saga, parts);
  try {
    await runSteps(fromPivot, { saga, path: 'order', confirmed: [] }, parts);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

async function runSteps(steps: readonly Step[], run: Run, parts: SubmitParts): Promise<void> {
  for (const step of steps) {
    try {
      await step.run(run, parts);
    } catch (error) {
      throw await afterFailure(step, run.saga, error, parts);
    }
    parts.afterStep(step.name);
  }
}

/**
 * A definite refusal undoes the submit. From the pivot on, an answer that never came may have been a yes: then the
 * submit stays where it is until a retry or the sweeper has asked again.
 */
async function afterFailure(step: Step, saga: Saga, error: unknown, parts: SubmitParts): Promise<unknown> {
  if (beforePivot.includes(step) || (step.name === 'confirm' && isDefinite(error))) {
    await undo(saga, parts);
    return error;
  }
  await parts.db.transaction((em) => yieldLease(em, saga));
  parts.onCommit();
  return unavailable('The submit could not be finished right now; it will be. Please ask again.', error);
}

function isDefinite(error: unknown): boolean {
  return (
    error instanceof Refusal && !['unavailable', 'deadline', 'exhausted', 'concurrent_change'].includes(error.kind)
  );
}

/** Takes the order for this submit, or answers undefined when it has been submitted already. */
async function lease(request: SubmitRequest, parts: SubmitParts): Promise<Saga | undefined> {
  const { order, skipRules, actor, requestId, prepare, checkKey } = request;
  return parts.db.transaction(async (em) => {
    await checkKey?.(em);
    const aggregate = await lockOrderById(em, order.id);
    const { status, organisationId } = aggregate.order;
    if (status === 'ORDER_STATUS_SUBMITTED' || status === 'ORDER_STATUS_SETTLED') return undefined;
    requireTransition(status, 'submit');
    const running = await findSaga(em, order.id);
    if (running?.isLeased) throw stateConflict('submit_in_progress', 'This basket is being submitted already.');
    const base = { orderId: order.id, organisationId, token: newUuid(), actor, requestId };
    const saga: Saga =
      running?.stage === 'confirming'
        ? { ...base, stage: 'confirming', skipRules: running.skipRules }
        : { ...base, stage: 'submitting', skipRules };
    if (prepare && saga.stage === 'submitting') {
      await prepare(aggregate.order, em);
      await saveOrder(aggregate, 'saved', writerFor(saga, em, parts));
    }
    await leaseSaga(em, saga);
    return saga;
  });
}

/** Lengthens the holds, and sets right those that a crash between a move and its saving has left elsewhere. */
async function extendHolds({ saga }: Run, { db, bookings }: SubmitParts): Promise<void> {
  const aggregate = await read(saga, db.fork());
  const items = liveItems(aggregate);
  if (items.length === 0) return;
  const renewal = { skipRules: saga.skipRules, holdMinutes: 0, itemIds: items.map(({ id }) => id) };
  const held = await bookings.extend(aggregate.order, renewal, saga);
  const heldStarts = held.map(({ itemId, bookingSummary }) => ({
    itemId,
    startMs: parseInstant(bookingSummary?.startTime ?? '') ?? Number.NaN,
  }));
  if (
    !holdsDiffer(
      items.map(({ id, startTime }) => ({ id, startMs: startTime.getTime() })),
      heldStarts,
    )
  )
    return;
  const wanted = items.map((item) => ({ id: item.id, wanted: wantedOf(item) }));
  await bookings.hold(aggregate.order, wanted, {
    requestId: saga.requestId,
    skipRules: saga.skipRules,
    isOnline: false,
  });
}

async function checkRules({ saga, path }: Run, { db }: SubmitParts): Promise<void> {
  const facts = submitFacts(await read(saga, db.fork()), path);
  const errors = submitErrors(saga.skipRules ? { ...facts, openPackages: [] } : facts);
  if (errors.length > 0) throw refuseSubmit(errors);
}

/**
 * Authorises what is pending under the key `order:payment`, in the transaction that opens the way to the pivot. Manual
 * and partner money is vouched for outside, so that nothing has to be asked for it.
 */
async function authorisePayments({ saga }: Run, { db, clock }: SubmitParts): Promise<void> {
  await db.transaction(async (em) => {
    const { payments } = await lockOrderById(em, saga.orderId);
    if (!(await startConfirming(em, saga))) throw takenOver();
    for (const payment of payments) {
      if (payment.status !== 'PAYMENT_STATUS_PENDING') continue;
      payment.status = 'PAYMENT_STATUS_READY_FOR_CAPTURE';
      payment.authorisationKey = `${saga.orderId}:${payment.id}`;
      payment.updatedAt = new Date(clock.nowMs());
    }
  });
  saga.stage = 'confirming';
}

/** The pivot: availability confirms all that the order needs, or refuses and confirms nothing. */
async function confirm(run: Run, { db, bookings }: SubmitParts): Promise<void> {
  const { saga } = run;
  const aggregate = await read(saga, db.fork());
  const items = liveItems(aggregate);
  if (items.length === 0) return;
  const wanted = { skipRules: saga.skipRules, itemIds: items.map(({ id }) => id) };
  run.confirmed = await bookings.confirm(aggregate.order, wanted, saga);
}

async function finish({ saga, confirmed }: Run, parts: SubmitParts): Promise<void> {
  await parts.db.transaction(async (em) => {
    const aggregate = await lockOrderById(em, saga.orderId);
    if (!(await endSaga(em, saga))) throw takenOver();
    const writer = writerFor(saga, em, parts);
    const { order } = aggregate;
    order.status = requireTransition(order.status, 'submit');
    order.submittedAt = new Date(writer.nowMs);
    order.submittedById = saga.actor.slice(saga.actor.indexOf(':') + 1);
    const zone = await zoneOf(em, order);
    for (const item of liveItems(aggregate)) {
      const booked = confirmed.find(({ itemId }) => itemId === item.id);
      if (booked) applyConfirmed(item, booked, zone);
      item.status = bookedStatus(item);
      item.reservedUntil = null;
      item.updatedAt = new Date(writer.nowMs);
    }
    for (const line of livePackages(aggregate)) {
      line.status = 'ORDER_ITEM_STATUS_CONFIRMED';
      line.updatedAt = new Date(writer.nowMs);
    }
    await saveOrder(aggregate, 'submitted', writer);
  });
  parts.onCommit();
}

/** Leaves basket and holds as they were: what was authorised is pending again, and everybody may change the order. */
async function undo(saga: Saga, { db }: SubmitParts): Promise<void> {
  await db.transaction(async (em) => {
    const { payments } = await lockOrderById(em, saga.orderId);
    if (!(await endSaga(em, saga))) return;
    for (const payment of payments) {
      if (payment.status !== 'PAYMENT_STATUS_READY_FOR_CAPTURE' || !payment.authorisationKey) continue;
      payment.status = 'PAYMENT_STATUS_PENDING';
      payment.authorisationKey = null;
    }
  });
}

async function read(saga: Saga, em: SqlEntityManager): Promise<Aggregate> {
  return aggregateOf(em, await em.findOneOrFail(OrderEntity, { id: saga.orderId }));
}

function writerFor({ actor, requestId }: Saga, em: SqlEntityManager, { clock }: SubmitParts): Writer {
  return { em, actor, nowMs: clock.nowMs(), emit: (event) => writeEvent(em, event, { actor, requestId }) };
}

function takenOver(): Refusal {
  return stateConflict(
    'submit_in_progress',
    'This submit took too long and is being finished elsewhere. Please ask again.',
  );
}
