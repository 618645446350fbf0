import { createHash } from 'node:crypto';

/** How a token is stored: SHA-256 of its text in lower-case hex. Tokens have enough entropy to need no salt. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The token of an `Authorization: Bearer <token>` header; undefined for any other form. */
export function bearerOf(authorization: string): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
