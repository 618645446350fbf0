import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Barcode } from '@lido/proto/lido/customers/v1/barcode.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { CustomerEntity, type CustomerRow } from '../customers/customer.entity.ts';
import { mediumValue, toBarcode } from './medium.ts';
import { MediumEntity, type MediumRow } from './medium.entity.ts';

/** Who has the value of a medium in an organisation; undefined when nobody has. Hex of wearables is found in either case. */
export async function findByMedium(
  em: SqlEntityManager,
  text: string,
  organisationId: string,
): Promise<CustomerRow | undefined> {
  const medium = await em.findOne(MediumEntity, {
    organisationId,
    deletedAt: null,
    $or: [{ value: text }, { kind: 'MEDIUM_KIND_WEARABLE', value: mediumValue('MEDIUM_KIND_WEARABLE', text) }],
  });
  return medium === null ? undefined : findLive(em, medium.customerId, organisationId);
}

/** Who has an id or the value of a medium in an organisation. */
export async function findByCode(
  em: SqlEntityManager,
  code: string,
  organisationId: string,
): Promise<CustomerRow | undefined> {
  return (await findLive(em, code, organisationId)) ?? (await findByMedium(em, code, organisationId));
}

/** Takes a medium out of use and tells of it. */
export async function removeMedium(row: MediumRow, { emit }: Transaction, call: Call): Promise<void> {
  row.deletedAt = new Date(call.clock.nowMs());
  touch(row, call);
  const payload = Barcode.encode(toBarcode(row)).finish();
  await emit({
    type: 'lido.customers.medium.removed',
    aggregateId: row.id,
    organisationId: row.organisationId,
    payload,
  });
}

async function findLive(em: SqlEntityManager, id: string, organisationId: string): Promise<CustomerRow | undefined> {
  return (await em.findOne(CustomerEntity, { id, organisationId, deletedAt: null })) ?? undefined;
}
