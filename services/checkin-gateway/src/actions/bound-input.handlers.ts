import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may } from '@lido/runtime/grpc/principal.ts';
import { findDevice } from '../devices/device.repository.ts';
import type { PresenceOwners } from '../presence/check-new-presence.handlers.ts';
import type { ActionRow } from './action.entity.ts';
import { textIn } from './input.ts';

/** What the input of an action names, as it is where the action is bound. */
export interface BoundInput {
  readonly action: Pick<ActionRow, 'run' | 'trigger'>;
  /** The action's own under the binding's. */
  readonly input: Record<string, unknown>;
  /** The bookable that sets it off, where it is bound to one. */
  readonly setOffBy?: string | undefined;
}

const setsItselfOff =
  'A check-in that is made here would set the action off again. Please name another bookable, or use checkout_completed.';

/** What is wrong with an action wherever it is bound: doors and bookables that several bindings name are looked up once. */
export async function boundInputErrors(
  bound: readonly BoundInput[],
  call: Call,
  em: SqlEntityManager,
  owners: Pick<PresenceOwners, 'bookables'>,
): Promise<FieldErrors> {
  const distinct = new Map(
    bound.map((one) => [JSON.stringify([textIn(one.input, 'device_id'), textIn(one.input, 'object_id')]), one]),
  );
  const errors: FieldErrors = {};
  for (const one of distinct.values()) Object.assign(errors, await namedErrors(one, call, em, owners));
  return Object.assign(errors, ...bound.map(loopErrors));
}

/**
 * What is wrong with the door and the bookable that an input names. Whoever has them act needs the rpc's permission at their sites;
 * hidden and missing ones are the same bad field.
 */
async function namedErrors(
  { action, input }: BoundInput,
  call: Call,
  em: SqlEntityManager,
  { bookables }: Pick<PresenceOwners, 'bookables'>,
): Promise<FieldErrors> {
  const { organisationId } = call.principal;
  const [deviceId, objectId] = [textIn(input, 'device_id'), textIn(input, 'object_id')];
  const mayUse = (siteId: string | undefined): boolean =>
    siteId !== undefined && may(call.principal, call.access.permission, siteId);
  const errors: FieldErrors = {};
  if (deviceId !== undefined) {
    const device = await findDevice(em, deviceId);
    const isOurs = device?.organisationId === organisationId && !device.deletedAt && mayUse(device.siteId);
    if (!isOurs) errors['input.device_id'] = [`There is no device ${deviceId}.`];
  }
  if (objectId !== undefined && makesCheckins(action)) {
    const bookable = await bookables.find(objectId, { organisationId, requestId: call.requestId });
    if (!mayUse(bookable?.siteId)) errors['input.object_id'] = [`There is no bookable ${objectId}.`];
  }
  return errors;
}

function loopErrors({ action, input, setOffBy }: BoundInput): FieldErrors {
  const isOver = action.trigger === 'TRIGGER_CHECKOUT_COMPLETED' || action.trigger === 'TRIGGER_CODE_SCANNED';
  const isLoop = setOffBy !== undefined && (textIn(input, 'object_id') ?? setOffBy) === setOffBy;
  return makesCheckins(action) && isLoop && !isOver ? { 'input.object_id': [setsItselfOff] } : {};
}

function makesCheckins({ run }: BoundInput['action']): boolean {
  return run === 'BUILT_IN_ACTION_CREATE_CHECKIN';
}
