import {
  PractitionerRota,
  type PractitionerRotaServiceService,
} from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { oneOf } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { sitesScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { practitioners } from '../practitioners/practitioner.handlers.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import { PractitionerRotaEntity, type PractitionerRotaRow } from './practitioner-rota.entity.ts';
import { rotaErrors } from './rota.ts';

const rotas: ResourceSpec<PractitionerRotaRow, PractitionerRota> = {
  noun: 'rota',
  entity: PractitionerRotaEntity,
  newId: newShopId,
  scope: sitesScope(),
  writable: ['practitionerId', 'siteIds', 'startDate', 'endDate', 'schedulingWeekInterval', 'availabilityRules'],
  fixed: ['practitionerId', 'siteIds'],
  defaults: { schedulingWeekInterval: 1, availabilityRules: [] },
  toMessage: (row, formats) => ({ ...row, ...stamps(row, formats) }),
  filters: { practitionerId: oneOf('practitionerId') },
  orderBy: { startDate: 'asc' },
  event: { saved: 'lido.availability.rota.saved', encode: (message) => PractitionerRota.encode(message).finish() },
  check: (row) => Promise.resolve<FieldErrors>(rotaErrors(row)),
  saved: (row, { em }) => modelChanged(em, row.siteIds),
};

const createRota = create(rotas);

/** A rota lives at its practitioner's sites, so the practitioner is found first; one that is hidden is a bad field. */
async function createPractitionerRota(request: PractitionerRota, call: Call): Promise<PractitionerRota> {
  const { siteIds } = await loadVisible(practitioners, request.practitionerId, call, { use: 'write' });
  return createRota({ ...request, siteIds }, call);
}

export const practitionerRotaHandlers = {
  listPractitionerRotas: list(rotas),
  getPractitionerRota: get(rotas),
  createPractitionerRota,
  updatePractitionerRota: update(rotas, 'practitionerRota'),
  deletePractitionerRota: remove(rotas),
} satisfies Handlers<typeof PractitionerRotaServiceService>;
