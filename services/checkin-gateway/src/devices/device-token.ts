import { createHash, timingSafeEqual } from 'node:crypto';

const tokenPattern = /^lidodev_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{43})$/;

/** A token's text: it names its device, so that its hash is compared with that device's only. */
export function tokenText(deviceId: string, secret: string): string {
  return `lidodev_${deviceId}_${secret}`;
}

/** The device a token claims to be of; undefined when it is no token of ours. */
export function deviceIdOf(token: string): string | undefined {
  return tokenPattern.exec(token)?.[1];
}

/** SHA-256 in 64 lower-case hexadecimal characters; the only form a token is stored in. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a token has one of the hashes. How long it takes does not depend on where they differ. */
export function matchingHash(token: string, hashes: readonly string[]): string | undefined {
  const given = Buffer.from(hashToken(token), 'hex');
  return hashes.filter((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex'))).at(0);
}
