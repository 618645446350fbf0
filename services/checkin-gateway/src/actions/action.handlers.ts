import { randomBytes } from 'node:crypto';
import { Action, type ActionServiceService } from '@lido/proto/lido/checkin/v1/action.ts';
import { type FieldErrors, invalid, notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { idOfActor } from '@lido/runtime/tenancy/actor.ts';
import { finishWrite, given, insertRow } from '@lido/runtime/resource/create.ts';
import { equals } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { removeAndTell } from '@lido/runtime/resource/remove.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { findVisibleBookable, type PresenceOwners } from '../presence/check-new-presence.handlers.ts';
import { ownerErrors } from '../presence/owner.repository.ts';
import { ActionEntity, type ActionRow } from './action.entity.ts';
import { bindAction, type BindingRow, bindingsMax, findBindings, unbindAction } from './bound-action.repository.ts';
import { boundInputErrors } from './bound-input.handlers.ts';
import { inputErrors } from './input.ts';
import { urlComplaint } from './public-address.client.ts';

/** What action rpcs need besides their call. */
export interface ActionHandlerOptions extends PresenceOwners {
  /** Hosts whose URLs may be called although they are not public. */
  readonly allowedHosts: ReadonlySet<string>;
}

const secretBytes = 32;

/** Actions as a resource of the organisation. */
export function actionSpec(options: ActionHandlerOptions): ResourceSpec<ActionRow, Action> {
  const { owners, allowedHosts } = options;
  return {
    noun: 'action',
    entity: ActionEntity,
    newId: newShopId,
    scope: { of: 'organisation' },
    writable: [
      ...(['name', 'description', 'trigger', 'url', 'event', 'run', 'input'] as const),
      ...(['continueOnFail', 'dedupMode', 'ownerId'] as const),
    ],
    defaults: { input: {}, continueOnFail: false, dedupMode: 'DEDUP_MODE_NONE' },
    isGoneOnceDeleted: true,
    toMessage: (row, { instant }) => ({
      ...row,
      createdBy: idOfActor(row.createdBy),
      createdAt: instant(row.createdAt),
      updatedAt: instant(row.updatedAt),
      secret: null,
    }),
    filters: { trigger: equals<ActionRow>('trigger') },
    orderBy: { name: 'asc' },
    event: { saved: 'lido.checkin.action.saved', encode: (action) => Action.encode(action).finish() },
    check: async (row, { em }, call) => {
      const complaint = row.url ? urlComplaint(row.url, allowedHosts) : undefined;
      // What it does changes wherever it is bound.
      const bound = [{ input: {} }, ...(await findBindings(em, row.id))].map(({ setOffBy, input }) => ({
        action: row,
        setOffBy,
        input: { ...row.input, ...input },
      }));
      return {
        ...(complaint ? { url: [complaint] } : {}),
        ...ways(row),
        ...inputErrors(row.input),
        ...(await boundInputErrors(bound, call, em, options)),
        ...(await ownerErrors(row.ownerId, call, owners)),
      };
    },
  };
}

/** An action does one thing. */
function ways({ url, event, run }: ActionRow): FieldErrors {
  const [, second] = Object.entries({ url, event, run }).filter(([, way]) => way);
  return second ? { [second[0]]: ['Only one of url, event and run can be set.'] } : {};
}

/** The rpcs of actions. */
export function actionHandlers(options: ActionHandlerOptions) {
  const actions = actionSpec(options);
  return {
    listActions: list(actions),
    createAction: async (request, call) => {
      const made = await call.transact((transaction) => {
        const secret = randomBytes(secretBytes).toString('base64url');
        const row = insertRow(actions, { ...given(actions, request), secret }, transaction, call);
        return finishWrite(actions, row, transaction, call);
      });
      // Added to the answer only now: what is kept under an idempotency key holds no secret.
      const { secret } = await loadVisible(actions, made.id, call, { use: 'write' });
      return { ...made, secret };
    },
    getAction: get(actions),
    updateAction: update(actions, 'action'),
    deleteAction: removeAndTell(actions),
    createActionObject: async ({ parentId, objectId, input }, call) => {
      const action = await loadVisible(actions, parentId, call, { use: 'write' });
      const bookable = await findVisibleBookable(objectId, call, options);
      if (!bookable) throw invalid({ object_id: [`There is no bookable ${objectId}.`] });
      return bindTo({ action, to: 'bookable', objectId, input: input ?? {} }, call, options, toActionObject);
    },
    deleteActionObject: async ({ parentId, id }, call) => {
      const action = await loadVisible(actions, parentId, call, { use: 'write' });
      return call.transact(async ({ em }) => {
        const binding = await unbindAction(em, action.id, id);
        if (!binding) throw notFound(id);
        return toActionObject(binding);
      });
    },
  } satisfies Handlers<typeof ActionServiceService>;
}

/** Checks the input of a binding, binds the action, and answers the binding in the words of the rpc. */
export async function bindTo<Message>(
  { action, ...binding }: { action: ActionRow; to: 'bookable' | 'code'; objectId: string; input: object },
  call: Call,
  owners: PresenceOwners,
  toMessage: (row: BindingRow) => Message,
): Promise<Message> {
  const setOffBy = binding.to === 'bookable' ? binding.objectId : undefined;
  const bound = { action, input: { ...action.input, ...binding.input }, setOffBy };
  const errors = { ...inputErrors(binding.input), ...(await boundInputErrors([bound], call, call.em, owners)) };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return call.transact(async ({ em }) => {
    const row = await bindAction(em, { organisationId: action.organisationId, actionId: action.id, ...binding });
    if (!row) throw stateConflict('too_many_actions', `At most ${bindingsMax} actions can be bound to one thing.`);
    return toMessage(row);
  });
}

function toActionObject(row: BindingRow) {
  return {
    ...{ id: row.id, actionId: row.actionId, objectId: row.objectId, input: row.input },
    objectType: 'BOOKABLE_OBJECT_TYPE_BOOKABLE' as const,
    createdAt: formatInstant(new Date(row.createdAt).getTime(), 'UTC'),
  };
}
