import { randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { deviceIdOf, hashToken, matchingHash, tokenText } from './device-token.ts';
import { mayConnect } from './device-relays.ts';
import { findDevice } from './device.repository.ts';
import type { DeviceRow } from './device.entity.ts';

const secretBytes = 32;

/** Makes a token and keeps its hash beside the one before; older ones end. */
export async function addToken(em: SqlEntityManager, deviceId: string, at: Date): Promise<string> {
  const token = tokenText(deviceId, randomBytes(secretBytes).toString('base64url'));
  await em.execute(
    'insert into device_tokens (device_id, token_hash, created_at) values (?, ?, ?)',
    [deviceId, hashToken(token), at],
    'run',
  );
  await em.execute(
    `delete from device_tokens where device_id = ? and id not in
       (select id from device_tokens where device_id = ? order by id desc limit 2)`,
    [deviceId, deviceId],
    'run',
  );
  return token;
}

/** Ends all tokens of a device that is removed; where a relay of it is on, they let it in until that is off. */
export async function removeTokens(em: SqlEntityManager, deviceId: string): Promise<void> {
  await em.execute(
    `delete from device_tokens where device_id = ? and not exists (select 1 from devices where id = ? and relays_on <> '{}')`,
    [deviceId, deviceId],
    'run',
  );
}

/**
 * The device whose token this is; a removed one only where a relay of it is on. Using the newer of two tokens ends the older, and
 * the connection that was opened with that: the rotation is complete.
 */
export async function findDeviceByToken(
  em: SqlEntityManager,
  token: string,
  disconnect: (deviceId: string) => void,
): Promise<DeviceRow | undefined> {
  const deviceId = deviceIdOf(token);
  if (deviceId === undefined) return undefined;
  const rows = await em.execute<{ id: string; hash: string }[]>(
    'select id, token_hash as hash from device_tokens where device_id = ? order by id desc',
    [deviceId],
  );
  const hash = matchingHash(
    token,
    rows.map((row) => row.hash),
  );
  const used = rows.find((row) => row.hash === hash);
  if (!used) return undefined;
  const ended = await em.execute<unknown[]>('delete from device_tokens where device_id = ? and id < ? returning id', [
    ...[deviceId, used.id],
  ]);
  const device = await findDevice(em, deviceId);
  // One that we dial is logged in to with another secret.
  if (ended.length > 0 && !device?.address) disconnect(deviceId);
  return device?.deletedAt && !mayConnect(device) ? undefined : device;
}
