import { type BinaryLike, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<BinaryLike, BinaryLike, number, Buffer>(scrypt);
const keyLength = 32;

/** A password as it is kept: `scrypt$<salt>$<key>`, both in base64. The salt should be 16 random bytes. */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  const key = await derive(password.normalize('NFKC'), salt, keyLength);
  return `scrypt$${salt.toString('base64')}$${key.toString('base64')}`;
}
