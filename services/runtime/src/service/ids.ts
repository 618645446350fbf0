import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

/** An id of organisations, brands, sites, users, customers, memberships and media: UUID version 7. */
export function newUuid(): string {
  return uuidv7();
}

/** An id of what follows the shop's convention: 24 hexadecimal characters, ordered by time. */
export function newShopId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return time + randomBytes(6).toString('hex');
}
