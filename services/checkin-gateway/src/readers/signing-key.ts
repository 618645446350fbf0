import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** An Ed25519 key pair of this installation. */
export interface SigningKey {
  readonly keyId: string;
  /** The raw 32 bytes of the public key. */
  readonly publicKey: Buffer;
  readonly publicKeyPem: string;
  /** The detached signature of a text's UTF-8 bytes. */
  sign(text: string): Buffer;
}

const keyIdLength = 16;
const rawKeyBytes = 32;

/** Reads a private key: PKCS#8 in DER, in base64. Throws for anything but an Ed25519 key. */
export function readSigningKey(base64: string): SigningKey {
  const key = createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The key must be an Ed25519 private key.');
  return signingKeyOf(key);
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  // The key is the end of its SubjectPublicKeyInfo.
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-rawKeyBytes);
  return {
    keyId: createHash('sha256').update(raw).digest('hex').slice(0, keyIdLength),
    publicKey: raw,
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  };
}
