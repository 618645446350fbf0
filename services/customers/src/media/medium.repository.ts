import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Barcode } from '@lido/proto/lido/customers/v1/barcode.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { CustomerEntity, type CustomerRow } from '../customers/customer.entity.ts';
import { mediumValue, toBarcode } from './medium.ts';
import { MediumEntity, type MediumRow } from './medium.entity.ts';

/** A customer, and the medium they were found by; they may also be found by their id. */
export interface Found {
  readonly customer: CustomerRow;
  readonly medium: MediumRow | undefined;
}

/** Who has the value of a medium in an organisation; undefined when nobody has. Hex of wearables is found in either case. */
export async function findByMedium(
  em: SqlEntityManager,
  text: string,
  organisationId: string,
): Promise<Found | undefined> {
  const medium = await em.findOne(MediumEntity, {
    organisationId,
    deletedAt: null,
    $or: [{ value: text }, { kind: 'MEDIUM_KIND_WEARABLE', value: mediumValue('MEDIUM_KIND_WEARABLE', text) }],
  });
  const customer = medium && (await findLive(em, medium.customerId, organisationId));
  return customer ? { customer, medium } : undefined;
}

/** Who has an id or the value of a medium in an organisation. */
export async function findByCode(
  em: SqlEntityManager,
  code: string,
  organisationId: string,
): Promise<Found | undefined> {
  const customer = await findLive(em, code, organisationId);
  return customer ? { customer, medium: undefined } : findByMedium(em, code, organisationId);
}

/** Saves a medium and tells of it. */
export async function tellMedium(row: MediumRow, { em, emit }: Transaction): Promise<Barcode> {
  await em.flush();
  const barcode = toBarcode(row);
  const { id: aggregateId, organisationId } = row;
  const payload = Barcode.encode(barcode).finish();
  await emit({ type: 'lido.customers.medium.saved', aggregateId, organisationId, payload });
  return barcode;
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
