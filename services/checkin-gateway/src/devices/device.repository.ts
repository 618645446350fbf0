import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { findLagMs } from '../projections/sources.repository.ts';
import { DeviceEntity, type DeviceRow } from './device.entity.ts';

/** A reader, removed ones included: their taps are refused, not forgotten. */
export async function findDevice(em: SqlEntityManager, id: string): Promise<DeviceRow | undefined> {
  return (await em.findOne(DeviceEntity, { id })) ?? undefined;
}

/** The readers that we dial, of all organisations: those in use, and those with a relay to switch off. */
export async function findDialledDevices(em: SqlEntityManager): Promise<DeviceRow[]> {
  return em.find(DeviceEntity, {
    address: { $ne: null },
    $or: [{ enabled: true, deletedAt: null }, { relaysOn: { $ne: [] } }],
  });
}

/** Notes that a reader was heard of just now; it is online since then where it was offline, or where its connection is new. */
export async function markSeen(
  em: SqlEntityManager,
  id: string,
  at: Date,
  { isNew } = { isNew: false },
): Promise<void> {
  const lagMs = await findLagMs(em);
  await em.execute(
    `update devices set online = true, online_since = case when online and not ? then online_since else ? end,
       last_seen_at = ?, lag_ms = ? where id = ?`,
    [isNew, at, at, lagMs ?? null, id],
    'run',
  );
}

/** Notes that a reader's connection has ended. */
export async function markOffline(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute('update devices set online = false where id = ?', [id], 'run');
}

/** Notes as offline every reader that has not been heard of since an instant: their gateway ended without a word. */
export async function markSilentOffline(em: SqlEntityManager, since: Date): Promise<void> {
  await em.execute('update devices set online = false where online and last_seen_at < ?', [since], 'run');
}

/**
 * Remembers relays that are switched on by hand, so that a later connection can switch them off. Another connection of the device may
 * tell of another relay at the same time, so neither writes what it does not know.
 */
export async function noteRelaysOn(em: SqlEntityManager, id: string, relayIds: readonly number[]): Promise<void> {
  await em.execute(
    'update devices set relays_on = array(select unnest(relays_on) union select unnest(?::int[])) where id = ?',
    [`{${relayIds.join(',')}}`, id],
    'run',
  );
}

/** Forgets a relay that the device has confirmed to be off. */
export async function noteRelayOff(em: SqlEntityManager, id: string, relayId: number): Promise<void> {
  await em.execute('update devices set relays_on = array_remove(relays_on, ?) where id = ?', [relayId, id], 'run');
}

/** Keeps what a reader says of itself. */
export async function keepIdentity(
  em: SqlEntityManager,
  id: string,
  { deviceType, firmware }: { deviceType: string | null; firmware: string | null },
): Promise<void> {
  await em.execute('update devices set device_type = ?, firmware = ? where id = ?', [deviceType, firmware, id], 'run');
}

/** Keeps how far a reader's clock is ahead of ours, in milliseconds. */
export async function keepClockSkew(em: SqlEntityManager, id: string, skewMs: number): Promise<void> {
  const skew = Math.max(-skewMax, Math.min(skewMax, skewMs));
  await em.execute('update devices set clock_skew_ms = ? where id = ?', [skew, id], 'run');
}

/** What the column holds: some 24 days. */
const skewMax = 2 ** 31 - 1;

/** Keeps why a reader was refused last. */
export async function keepRefusal(em: SqlEntityManager, id: string, reason: string, at: Date): Promise<void> {
  await em.execute('update devices set last_refusal = ?, last_refused_at = ? where id = ?', [reason, at, id], 'run');
}
