import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  CustomerLabelServiceService,
  CustomerLabels,
  CustomerLabelsRequest,
  Label,
} from '@lido/proto/lido/customers/v1/label.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn, told } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { customerSpec, readCustomer, writeCustomer } from '../customers/customer.repository.ts';
import { LabelEntity } from './label.entity.ts';
import { toLabel } from './label.handlers.ts';

const utc = formatsIn('UTC');

/** The labels on a customer. */
export const customerLabelHandlers = {
  listCustomerLabels: async ({ parentId }, call) => {
    const row = await readCustomer(parentId, call)(call.em);
    return { data: await liveLabels(row.labelIds, call.em) };
  },
  attachCustomerLabels: (request, call) =>
    relabel(request, call, async (held, asked, em) => {
      await refuseUnknown(asked, em, call);
      return [...new Set([...held, ...asked])];
    }),
  detachCustomerLabels: (request, call) =>
    relabel(request, call, async (held, asked) => held.filter((id) => !asked.includes(id))),
} satisfies Handlers<typeof CustomerLabelServiceService>;

function relabel(
  { parentId, labels }: CustomerLabelsRequest,
  call: Call,
  next: (held: string[], asked: string[], em: SqlEntityManager) => Promise<string[]>,
): Promise<CustomerLabels> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const row = await writeCustomer(parentId, call)(em);
    row.labelIds = await next(row.labelIds, labels, em);
    touch(row, call);
    await em.flush();
    // The row's labels are computed when it is read.
    await em.refresh(row);
    await told(customerSpec, row, transaction, call);
    return { data: await liveLabels(row.labelIds, em) };
  });
}

async function liveLabels(ids: string[], em: SqlEntityManager): Promise<Label[]> {
  const rows = await em.find(
    LabelEntity,
    { id: { $in: ids }, deletedAt: null },
    { orderBy: { value: 'asc', id: 'asc' } },
  );
  return rows.map((row) => toLabel(row, utc));
}

async function refuseUnknown(ids: string[], em: SqlEntityManager, { principal }: Call): Promise<void> {
  const where = { id: { $in: ids }, organisationId: principal.organisationId, deletedAt: null };
  const known = new Set((await em.find(LabelEntity, where)).map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw invalid({ labels: unknown.map((id) => `There is no label ${id}.`) });
}
