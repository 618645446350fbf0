import { randomBytes } from 'node:crypto';
import { Code, type CodeServiceService } from '@lido/proto/lido/checkin/v1/code.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { finishWrite, given, insertRow } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { loadNamed, loadVisible } from '@lido/runtime/resource/load.ts';
import { removeAndTell } from '@lido/runtime/resource/remove.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { KeyedBuckets, perMinute } from '@lido/runtime/service/token-buckets.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { type ActionHandlerOptions, actionSpec, bindTo } from '../actions/action.handlers.ts';
import type { BindingRow } from '../actions/bound-action.repository.ts';
import { inputErrors } from '../actions/input.ts';
import type { ActionParts } from '../actions/run-action.client.ts';
import { ownerErrors } from '../presence/owner.repository.ts';
import { CodeEntity, type CodeRow } from './code.entity.ts';
import { toCode } from './code-message.ts';
import { resolveCode } from './resolve-code.handlers.ts';

/** What code rpcs need besides their call. */
export interface CodeHandlerOptions extends ActionHandlerOptions {
  readonly actions: ActionParts;
}

/** In base64url these are the 32 characters of a value. */
const valueBytes = 24;
const scansPerMinute = 60;

function codeSpec({ owners }: ActionHandlerOptions): ResourceSpec<CodeRow, Code> {
  return {
    noun: 'code',
    entity: CodeEntity,
    newId: newShopId,
    scope: { of: 'organisation' },
    writable: ['name', 'description', 'data', 'expiresAt', 'ownerId'],
    defaults: { data: {} },
    isGoneOnceDeleted: true,
    toMessage: toCode,
    filters: {},
    orderBy: { name: 'asc' },
    event: { saved: 'lido.checkin.code.saved', encode: (code) => Code.encode({ ...code, value: '' }).finish() },
    check: async (row, _transaction, call) => ({
      ...inputErrors(row.data, 'data'),
      ...(row.ownerId ? await ownerErrors(row.ownerId, call, owners) : {}),
    }),
  };
}

/** The rpcs of codes. */
export function codeHandlers(options: CodeHandlerOptions) {
  const codes = codeSpec(options);
  const actions = actionSpec(options);
  const scans = new KeyedBuckets(perMinute(scansPerMinute));
  return {
    createCode: (request, call) =>
      call.transact((transaction) => {
        const value = randomBytes(valueBytes).toString('base64url');
        const row = insertRow(codes, { ...given(codes, request), value }, transaction, call);
        return finishWrite(codes, row, transaction, call);
      }),
    getCode: get(codes),
    updateCode: update(codes, 'code'),
    deleteCode: removeAndTell(codes),
    createCodeAction: async ({ parentId, actionId, input }, call) => {
      const code = await loadVisible(codes, parentId, call, { use: 'write' });
      const action = await loadNamed(actions, { field: 'action_id', id: actionId }, call, { use: 'write' });
      return bindTo({ action, to: 'code', objectId: code.id, input: input ?? {} }, call, options, toCodeAction);
    },
    resolveCode: ({ value }, call) => resolveCode(value, call, { actions: options.actions, scans, scansPerMinute }),
  } satisfies Handlers<typeof CodeServiceService>;
}

function toCodeAction(row: BindingRow) {
  return {
    ...{ id: row.id, codeId: row.objectId, actionId: row.actionId, input: row.input },
    createdAt: formatInstant(new Date(row.createdAt).getTime(), 'UTC'),
  };
}
