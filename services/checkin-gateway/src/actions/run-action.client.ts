import type { Bookable } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import { EmittedAction } from '@lido/proto/lido/checkin/internal/v1/action_event.ts';
import type { ActionStatus } from '@lido/proto/lido/checkin/v1/code.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { formatMoney } from '@lido/runtime/money/format-money.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Logger } from 'pino';
import { findDevice } from '../devices/device.repository.ts';
import { findAwaited } from '../presence/booked-items.repository.ts';
import type { BookedItems } from '../presence/booked-items.client.ts';
import type { Bookables } from '../presence/bookables.client.ts';
import { transactionOf } from '../presence/change-presence.handlers.ts';
import type { Doer, NewPresence } from '../presence/presences.ts';
import type { Doors } from '../readers/door.ts';
import { findPolicy } from '../visits/policy.repository.ts';
import { type BoundAction, type Claim, claimRun, releaseRun } from './bound-action.repository.ts';
import type { UrlAnswer, UrlCall } from './call-url.client.ts';
import { textIn } from './input.ts';
import { contextOf, type LinkedBooking, type Occasion, triggerWord } from './occasion.ts';

/** What became of an action. */
export interface ActionOutcome {
  readonly status: ActionStatus;
  readonly message: string | null;
  /** The check-in that it made. */
  readonly checkinId: string | null;
  /** Whether another try may go better. */
  readonly isRetryable: boolean;
}

/** What actions are run with. */
export interface ActionParts {
  readonly db: Database;
  readonly log: Logger;
  readonly doors: Doors;
  readonly bookables: Bookables;
  readonly bookedItems: BookedItems;
  callUrl(call: UrlCall): Promise<UrlAnswer>;
  /** Makes a check-in, as a request for one does, and runs what that sets off: an action after this one comes after that. */
  register(wanted: NewPresence, doer: Doer): Promise<{ id: string }>;
  nowMs(): number;
  onCommit(): void;
}

const done: ActionOutcome = { status: 'ACTION_STATUS_DONE', message: null, checkinId: null, isRetryable: false };
const repeated = 'This has been done already.';

/** Runs one action; whatever happens is an outcome, and nothing internal is told. */
export async function runAction(action: BoundAction, occasion: Occasion, parts: ActionParts): Promise<ActionOutcome> {
  const em = parts.db.fork();
  let claim: Claim | undefined;
  try {
    claim = await claimRun(em, action, occasion.subjectId);
    if (!claim) return { ...done, status: 'ACTION_STATUS_SKIPPED', message: repeated };
    const outcome = await perform(action, occasion, parts);
    if (outcome.status === 'ACTION_STATUS_FAILED') await releaseRun(em, claim);
    return outcome;
  } catch (error) {
    if (claim) await releaseRun(parts.db.fork(), claim).catch(() => undefined);
    if (error instanceof Refusal)
      return failed(error.message, error.kind === 'unavailable' || error.kind === 'deadline');
    parts.log.error({ err: error, action: action.id, activity: occasion.activityId }, 'an action could not be run');
    return failed('The action could not be run.', true);
  }
}

function perform(action: BoundAction, occasion: Occasion, parts: ActionParts): Promise<ActionOutcome> {
  if (action.url) return callUrl(action, action.url, occasion, parts);
  switch (action.run) {
    case 'BUILT_IN_ACTION_CREATE_CHECKIN':
      return createCheckin(action, occasion, parts);
    case 'BUILT_IN_ACTION_UNLOCK_DOOR':
      return unlockDoor(action, occasion, parts);
    case 'BUILT_IN_ACTION_OPEN_BALANCE':
      return requireNoBalance(occasion, parts);
    case 'BUILT_IN_ACTION_UNSPECIFIED':
    case null:
    case undefined:
      return emitEvent(action, occasion, parts);
  }
}

function failed(message: string, isRetryable = false): ActionOutcome {
  return { status: 'ACTION_STATUS_FAILED', message, checkinId: null, isRetryable };
}

async function callUrl(
  action: BoundAction,
  url: string,
  occasion: Occasion,
  parts: ActionParts,
): Promise<ActionOutcome> {
  const { activityId } = occasion;
  const body = JSON.stringify({
    action: { id: action.id, name: action.name },
    input: action.input,
    context: contextOf(occasion),
  });
  const answer = await parts.callUrl({ url, body, secret: action.secret, activityId, atMs: parts.nowMs() });
  if (answer.isDone) return { ...done, message: answer.message };
  return failed(answer.message ?? `The action ${action.name} did not allow this.`, answer.isRetryable);
}

async function emitEvent(action: BoundAction, occasion: Occasion, parts: ActionParts): Promise<ActionOutcome> {
  await transactionOf(
    parts,
    occasion,
  )(({ emit }) =>
    emit({
      type: 'lido.checkin.action.emitted',
      aggregateId: action.id,
      organisationId: occasion.organisationId,
      siteId: occasion.bookable?.siteId,
      payload: EmittedAction.encode({
        actionId: action.id,
        event: action.event ?? triggerWord(occasion.trigger),
        input: action.input,
        context: contextOf(occasion),
      }).finish(),
    }),
  );
  return done;
}

const durationDefaultMinutes = 60;
const durationMaxMinutes = 1_440;

/** How many bookables may have check-ins made one by the other. */
const viaMax = 3;

async function createCheckin(action: BoundAction, occasion: Occasion, parts: ActionParts): Promise<ActionOutcome> {
  const own = occasion.bookable?.id;
  const { via = [] } = occasion;
  if (own !== undefined && (via.includes(own) || via.length >= viaMax))
    return { ...done, status: 'ACTION_STATUS_SKIPPED', message: 'Actions made this check-in: it makes no other one.' };
  const objectId = textIn(action.input, 'object_id') ?? occasion.bookable?.id ?? '';
  const bookable = await parts.bookables.find(objectId, occasion);
  if (!bookable) return failed(`There is no bookable ${objectId} to check in at.`);
  const minutes = action.input['duration_minutes'] ?? durationDefaultMinutes;
  const isDuration = Number.isInteger(minutes) && Number(minutes) >= 1 && Number(minutes) <= durationMaxMinutes;
  if (!isDuration) return failed(`The input's duration_minutes must be 1 to ${durationMaxMinutes}.`);
  const startsAt = new Date(parts.nowMs());
  const { id } = await parts.register(
    {
      booking: await findBooking(bookable, occasion, startsAt, parts),
      ...{ bookable, ownerId: occasion.ownerId, type: textIn(action.input, 'type') ?? null },
      ...{ startsAt, checkIn: startsAt, endsAt: new Date(startsAt.getTime() + Number(minutes) * 60_000) },
    },
    own === undefined ? occasion : { ...occasion, via: [...via, own] },
  );
  return { ...done, checkinId: id };
}

/** What somebody has booked there about now, and so has come for. */
async function findBooking(
  { id: objectId, siteId }: Bookable,
  { organisationId, ownerId }: Occasion,
  at: Date,
  { db }: ActionParts,
): Promise<LinkedBooking | undefined> {
  if (ownerId === null) return undefined;
  const em = db.fork();
  const coming = { organisationId, siteId, customerId: ownerId, atMs: at.getTime(), objectId };
  return (await findAwaited(em, coming, (await findPolicy(em, siteId)).bookingEarlyMinutes)).at(0);
}

/** Whoever wanted in has gone after this long: a door that opens then opens to anybody. */
export const doorMsMax = 8_000;

async function unlockDoor(action: BoundAction, occasion: Occasion, parts: ActionParts): Promise<ActionOutcome> {
  const deviceId = textIn(action.input, 'device_id') ?? '';
  const device = await findDevice(parts.db.fork(), deviceId);
  const isOurs = device && !device.deletedAt && device.organisationId === occasion.organisationId;
  if (!isOurs || !device.enabled) return failed('There is no such reader whose door could be unlocked.');
  if (parts.nowMs() - occasion.atMs > doorMsMax) return failed('It is too late to unlock the door.');
  if (!parts.doors.unlock(device.id, 'Welcome')) return failed('The reader at the door is not connected.', true);
  return done;
}

/** Asked only when somebody leaves: whoever has not paid may still come. What can not be asked is refused. */
async function requireNoBalance(occasion: Occasion, { bookedItems }: ActionParts): Promise<ActionOutcome> {
  if (!occasion.isDeparture || !occasion.booking) return done;
  const booking = await bookedItems.find(occasion.booking.id, occasion);
  if (!booking) return failed('The booking of this check-in can not be found, so its balance can not be checked.');
  if (booking.unpaidMinor <= 0) return done;
  const unpaid = formatMoney(booking.unpaidMinor, booking.currency);
  return failed(`Payments of ${unpaid} are missing before the guest can check out.`);
}
