import {
  Contraindication,
  type ContraindicationServiceService,
} from '@lido/proto/lido/customers/v1/contraindication.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { archiveSilently } from '@lido/runtime/resource/archive.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { type Formats, type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { ContraindicationEntity, type ContraindicationRow } from './contraindication.entity.ts';

/** The public form of a contraindication. */
export function toContraindication(row: ContraindicationRow, formats: Formats): Contraindication {
  const { id, organisationId, name, description } = row;
  return { id, organisationId, name, description: description ?? null, ...stamps(row, formats) };
}

const contraindicationSpec: ResourceSpec<ContraindicationRow, Contraindication> = {
  noun: 'contraindication',
  entity: ContraindicationEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: ['name', 'description'],
  toMessage: toContraindication,
  filters: {},
  orderBy: { name: 'asc' },
  event: {
    saved: 'lido.customers.contraindication.saved',
    encode: (message) => Contraindication.encode(message).finish(),
  },
};

/** The contraindications an organisation chooses from. */
export const contraindicationHandlers = {
  listContraindications: list(contraindicationSpec),
  createContraindication: create(contraindicationSpec),
  getContraindication: get(contraindicationSpec),
  updateContraindication: update(contraindicationSpec, 'contraindication'),
  deleteContraindication: archiveSilently(contraindicationSpec),
} satisfies Handlers<typeof ContraindicationServiceService>;
