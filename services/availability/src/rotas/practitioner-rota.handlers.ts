import {
  type ListPractitionerRotasRequest,
  PractitionerRota,
  type PractitionerRotaServiceService,
} from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import type { ParentIdRequest } from '@lido/proto/lido/rest/v1/options.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { oneOf } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadNamed, loadVisible } from '@lido/runtime/resource/load.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { sitesScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
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
  isGoneOnceDeleted: true,
  toMessage: (row, formats) => ({ ...row, ...stamps(row, formats) }),
  filters: { practitionerId: oneOf('practitionerId') },
  orderBy: { startDate: 'asc' },
  event: { saved: 'lido.availability.rota.saved', encode: (message) => PractitionerRota.encode(message).finish() },
  check: (row) => Promise.resolve<FieldErrors>(rotaErrors(row)),
  saved: (row, { em }) => modelChanged(em, row.siteIds),
};

const listRotas = list(rotas);
const createRota = create(rotas);

/** Adds a rota for the practitioner whom the body names. */
async function createPractitionerRota(request: PractitionerRota, call: Call): Promise<PractitionerRota> {
  const named = { field: 'practitioner_id', id: request.practitionerId };
  return createFor(await loadNamed(practitioners, named, call, { use: 'write' }), request, call);
}

/** Adds a rota for the practitioner of the path. */
async function createRotaOfPractitioner(request: PractitionerRota, call: Call): Promise<PractitionerRota> {
  return createFor(await loadVisible(practitioners, request.practitionerId, call, { use: 'write' }), request, call);
}

/** A rota lives at its practitioner's sites, and has the weeks of their cycle where it names none. */
function createFor(practitioner: PractitionerRow, rota: PractitionerRota, call: Call): Promise<PractitionerRota> {
  const { siteIds, schedulingWeekInterval: cycleWeeks } = practitioner;
  return createRota({ ...rota, siteIds, schedulingWeekInterval: rota.schedulingWeekInterval ?? cycleWeeks }, call);
}

async function listRotasOfPractitioner({ parentId, ...page }: ParentIdRequest, call: Call) {
  await loadVisible(practitioners, parentId, call, { use: 'read' });
  const ofOne: ListPractitionerRotasRequest = { ...page, siteId: [], practitionerId: [parentId] };
  return listRotas(ofOne, call);
}

export const practitionerRotaHandlers = {
  listPractitionerRotas: listRotas,
  getPractitionerRota: get(rotas),
  createPractitionerRota,
  updatePractitionerRota: update(rotas, 'practitionerRota'),
  deletePractitionerRota: remove(rotas),
  listRotasOfPractitioner,
  createRotaOfPractitioner,
} satisfies Handlers<typeof PractitionerRotaServiceService>;
