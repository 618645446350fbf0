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
import { type LoadCustomer, loadMyself, readCustomer, writeCustomer } from '../customers/customer.repository.ts';
import { ContraindicationEntity, CustomerContraindicationEntity } from './contraindication.entity.ts';
import { toContraindication } from './contraindication.handlers.ts';

/** What is recorded of a customer's health, by staff or by the customer. */
export const customerContraindicationHandlers = {
  listCustomerContraindications: ({ parentId }, call) => listOf(readCustomer(parentId, call), call),
  createCustomerContraindication: ({ parentId, contraindicationId }, call) =>
    record(writeCustomer(parentId, call), contraindicationId, call),
  deleteCustomerContraindication: ({ parentId, contraindicationId }, call) =>
    takeOff(writeCustomer(parentId, call), contraindicationId, call),
  listMyAccountContraindications: (_request, call) => listOf(loadMyself(call), call),
  createMyAccountContraindication: ({ contraindicationId }, call) => record(loadMyself(call), contraindicationId, call),
  deleteMyAccountContraindication: ({ contraindicationId }, call) =>
    takeOff(loadMyself(call), contraindicationId, call),
} satisfies Handlers<typeof CustomerContraindicationServiceService>;

async function listOf(load: LoadCustomer, { em }: Call): Promise<Contraindications> {
  const { id: customerId } = await load(em);
  const recorded = await em.find(CustomerContraindicationEntity, { customerId, deletedAt: null });
  const where = { id: { $in: recorded.map(({ contraindicationId }) => contraindicationId) }, deletedAt: null };
  const rows = await em.find(ContraindicationEntity, where, { orderBy: { name: 'asc', id: 'asc' } });
  return { data: rows.map((row) => toContraindication(row, formatsIn('UTC'))) };
}

/** Records a contraindication; one that is recorded already stays as it is. */
function record(load: LoadCustomer, contraindicationId: string, call: Call): Promise<Contraindication> {
  return call.transact(async ({ em }) => {
    const { id: customerId, organisationId } = await load(em);
    const row = await em.findOne(ContraindicationEntity, { id: contraindicationId, organisationId, deletedAt: null });
    if (row === null) throw invalid({ contraindication_id: [`There is no contraindication ${contraindicationId}.`] });
    if ((await findRecord(customerId, contraindicationId, em)) === null) {
      const now = new Date(call.clock.nowMs());
      const stamped = { createdAt: now, createdBy: call.actor, updatedAt: now, updatedBy: call.actor };
      const columns = { id: newUuid(), organisationId, customerId, contraindicationId };
      em.create(CustomerContraindicationEntity, { ...stamped, ...columns });
    }
    return toContraindication(row, formatsIn('UTC'));
  });
}

function takeOff(load: LoadCustomer, contraindicationId: string, call: Call): Promise<object> {
  return call.transact(async ({ em }) => {
    const { id } = await load(em);
    const recorded = await findRecord(id, contraindicationId, em);
    if (recorded === null) throw notFound(contraindicationId);
    em.remove(recorded);
    return {};
  });
}

function findRecord(customerId: string, contraindicationId: string, em: SqlEntityManager) {
  return em.findOne(CustomerContraindicationEntity, { customerId, contraindicationId });
}
