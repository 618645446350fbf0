import { Label, type LabelServiceService } from '@lido/proto/lido/customers/v1/label.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { type Formats, type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { requireOwnOrganisation } from '../organisations/own-organisation.ts';
import { LabelEntity, type LabelRow } from './label.entity.ts';

/** The public form of a label. */
export function toLabel(row: LabelRow, formats: Formats): Label {
  return {
    id: row.id,
    organisationId: row.organisationId,
    value: row.value,
    colour: row.colour,
    ...stamps(row, formats),
  };
}

const labelSpec: ResourceSpec<LabelRow, Label> = {
  noun: 'label',
  entity: LabelEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: ['value', 'colour'],
  toMessage: toLabel,
  filters: {},
  orderBy: { value: 'asc' },
  event: { saved: 'lido.customers.label.saved', encode: (message) => Label.encode(message).finish() },
  check: async (row) => {
    row.colour = row.colour.toLowerCase();
    return /^[0-9a-f]{6}$/.test(row.colour)
      ? {}
      : { colour: ['The colour must be six hexadecimal digits such as ff8800.'] };
  },
};

const insertLabel = create(labelSpec);

/** An organisation's labels. */
export const labelHandlers = {
  listLabels: list(labelSpec),
  createLabel: async (request, call) => {
    requireOwnOrganisation(request.organisationId, call.principal.organisationId);
    return insertLabel(request, call);
  },
  getLabel: get(labelSpec),
  updateLabel: update(labelSpec, 'label'),
  deleteLabel: archiveSilently(labelSpec),
  restoreLabel: restore(labelSpec),
} satisfies Handlers<typeof LabelServiceService>;
