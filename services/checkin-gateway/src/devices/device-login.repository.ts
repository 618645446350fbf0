import { randomBytes } from 'node:crypto';
import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { DeviceRow } from './device.entity.ts';
import { nonceBytes, type SecretBox } from './secret-box.ts';

/** How we log in to a device that we dial. */
export type DeviceLogin = { readonly user: string; readonly password: string } | { readonly token: string };

const noKey =
  'Lido keeps this encrypted only, and has no key for it. Whoever runs it has to set LIDO_SECRETS_KEY to 32 random bytes in base64.';

/** A kept login can not be read; the message is for whoever looks after the device. */
export class UnreadableLogin extends Error {}

/** A device's body with its secrets sealed. Without a key no secret is taken. */
export function sealLogin<Body extends Pick<Device, 'loginPassword' | 'loginToken'>>(
  body: Body,
  box: SecretBox | undefined,
): Body {
  const seal = (field: string, secret: string | null | undefined): string | null => {
    if (secret === null || secret === undefined) return null;
    if (!box) throw invalid({ [field]: [noKey] });
    return box.seal(secret, randomBytes(nonceBytes));
  };
  return {
    ...body,
    loginPassword: seal('login_password', body.loginPassword),
    loginToken: seal('login_token', body.loginToken),
  };
}

/** The login of a device that we dial; undefined where none is kept. Throws a sentence where it can not be read. */
export function openLogin(
  { loginUser, loginPassword, loginToken }: DeviceRow,
  box: SecretBox | undefined,
): DeviceLogin | undefined {
  const open = (sealed: string): string => {
    try {
      if (box) return box.open(sealed);
    } catch {
      // Said below, without what the cipher has to say.
    }
    throw new UnreadableLogin('Its login can not be read: LIDO_SECRETS_KEY is missing or is another one.');
  };
  if (loginToken) return { token: open(loginToken) };
  return loginUser && loginPassword ? { user: loginUser, password: open(loginPassword) } : undefined;
}
