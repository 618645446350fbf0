import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  Contraindication,
  Contraindications,
  CustomerContraindicationServiceService,
} from '@lido/proto/lido/customers/v1/contraindication.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { underCustomer } from '../customers/brand.repository.ts';
import { loadCustomer } from '../preferences/opt-in.repository.ts';
import { ContraindicationEntity, CustomerContraindicationEntity } from './contraindication.entity.ts';
import { toContraindication } from './contraindication.handlers.ts';

/** What is recorded of a customer's health, by staff or by the customer. */
export const customerContraindicationHandlers = {
  listCustomerContraindications: underCustomer(({ parentId }, call) => listOf(parentId, call)),
  createCustomerContraindication: underCustomer(({ parentId, contraindicationId }, call) =>
    record(parentId, contraindicationId, call),
  ),
  deleteCustomerContraindication: underCustomer(({ parentId, contraindicationId }, call) =>
    takeOff(parentId, contraindicationId, call),
  ),
  listMyAccountContraindications: (_request, call) => listOf(call.principal.id, call),
  createMyAccountContraindication: ({ contraindicationId }, call) =>
    record(call.principal.id, contraindicationId, call),
  deleteMyAccountContraindication: ({ contraindicationId }, call) =>
    takeOff(call.principal.id, contraindicationId, call),
} satisfies Handlers<typeof CustomerContraindicationServiceService>;

async function listOf(customerId: string, call: Call): Promise<Contraindications> {
  const { id } = await loadCustomer(customerId, call.em, call);
  const recorded = await call.em.find(CustomerContraindicationEntity, { customerId: id, deletedAt: null });
  const where = { id: { $in: recorded.map(({ contraindicationId }) => contraindicationId) }, deletedAt: null };
  const rows = await call.em.find(ContraindicationEntity, where, { orderBy: { name: 'asc', id: 'asc' } });
  return { data: rows.map((row) => toContraindication(row, formatsIn('UTC'))) };
}

/** Records a contraindication; one that is recorded already stays as it is. */
function record(customerId: string, contraindicationId: string, call: Call): Promise<Contraindication> {
  return call.transact(async ({ em }) => {
    const { organisationId } = await loadCustomer(customerId, em, call);
    const row = await em.findOne(ContraindicationEntity, { id: contraindicationId, organisationId, deletedAt: null });
    if (row === null) throw invalid({ contraindication_id: [`There is no contraindication ${contraindicationId}.`] });
    if ((await findRecord(customerId, contraindicationId, em)) === null) {
      const now = new Date(call.clock.nowMs());
      const stamped = { createdAt: now, createdBy: call.actor, updatedAt: now, updatedBy: call.actor };
      em.create(CustomerContraindicationEntity, {
        ...stamped,
        id: newUuid(),
        organisationId,
        customerId,
        contraindicationId,
      });
    }
    return toContraindication(row, formatsIn('UTC'));
  });
}

function takeOff(customerId: string, contraindicationId: string, call: Call): Promise<object> {
  return call.transact(async ({ em }) => {
    await loadCustomer(customerId, em, call);
    const recorded = await findRecord(customerId, contraindicationId, em);
    if (recorded === null) throw notFound(contraindicationId);
    em.remove(recorded);
    return {};
  });
}

function findRecord(customerId: string, contraindicationId: string, em: SqlEntityManager) {
  return em.findOne(CustomerContraindicationEntity, { customerId, contraindicationId });
}
