import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { AddressEntity } from '../addresses/address.entity.ts';
import { CustomerContraindicationEntity } from '../contraindications/contraindication.entity.ts';
import { MediumEntity } from '../media/medium.entity.ts';
import { removeMedium } from '../media/medium.repository.ts';
import { NoteEntity } from '../notes/note.entity.ts';
import { AccessTokenEntity } from '../users/token.entity.ts';
import type { CustomerRow } from './customer.entity.ts';

/** Removes what belongs to a customer whose data is erased: addresses, notes, health data and check-ins for good, media and tokens from use. */
export async function eraseBelongings({ id }: CustomerRow, transaction: Transaction, call: Call): Promise<void> {
  const { em } = transaction;
  await em.nativeDelete(AddressEntity, { parentId: id });
  await em.nativeDelete(NoteEntity, { parentId: id });
  await em.nativeDelete(CustomerContraindicationEntity, { customerId: id });
  await em.execute('delete from known_check_ins where customer_id = ?', [id], 'run');
  const tokens = { kind: 'KIND_CUSTOMER', holderId: id, revokedAt: null } as const;
  await em.nativeUpdate(AccessTokenEntity, tokens, { revokedAt: new Date(call.clock.nowMs()) });
  for (const medium of await em.find(MediumEntity, { customerId: id, deletedAt: null })) {
    await removeMedium(medium, transaction, call);
  }
}
