import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Keeps texts so that only the holder of the key can read them. */
export interface SecretBox {
  /** The sealed text: AES-256-GCM, its nonce and tag beside it. `nonce` is 12 bytes that are never used twice. */
  seal(text: string, nonce: Buffer): string;
  /** Throws where the text was sealed with another key, or was changed. */
  open(sealed: string): string;
}

export const nonceBytes = 12;
const cipherName = 'aes-256-gcm';
const tagBytes = 16;
const version = 'v1';

/** A box of a 32-byte key. */
export function secretBox(key: Buffer): SecretBox {
  return {
    seal: (text, nonce) => {
      const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes });
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [version, ...[nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url'))].join('.');
    },
    open: (sealed) => {
      const [found, nonce = '', tag = '', body = ''] = sealed.split('.');
      if (found !== version) throw new Error('This is no sealed text.');
      const decipher = createDecipheriv(cipherName, key, bytesOf(nonce), { authTagLength: tagBytes });
      decipher.setAuthTag(bytesOf(tag));
      return Buffer.concat([decipher.update(bytesOf(body)), decipher.final()]).toString('utf8');
    },
  };
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
