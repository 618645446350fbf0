import { randomBytes } from 'node:crypto';

/** A name no other run has: a letter, then hexadecimal digits. */
export function randomName(): string {
  return `b${randomBytes(8).toString('hex')}`;
}
