import { Heartbeat } from '@lido/proto/lido/events/v1/heartbeat.ts';
import type { Database } from '../db/database.ts';
import { sweeperOf } from '../service/sweeper.ts';
import { type BusHandle, streams } from './bus.ts';
import type { RelayOptions } from './relay.ts';

const everyMs = 1_000;

/** Says each second that a service is up and how far its outbox is behind. Every replica may say it: they share the outbox. */
export function startHeartbeat({ source, db, bus, telemetry }: RelayOptions): { stop(): Promise<void> } {
  const beat = async (): Promise<void> => {
    // A client that is away keeps what it publishes for later, and an old heartbeat says what is no longer true.
    if (!bus.isConnected()) return;
    const behindMs = await findBehindMs(db);
    await publishHeartbeat(bus, streams[source].heartbeat, { behindMs });
  };
  return sweeperOf(beat, { name: 'heartbeat', everyMs, telemetry }).start();
}

/** Says it once. */
export async function publishHeartbeat(bus: BusHandle, subject: string, heartbeat: Heartbeat): Promise<void> {
  const { connection, nameOf } = await bus.ready;
  connection.publish(nameOf(subject), Heartbeat.encode(heartbeat).finish());
}

/** The age of the oldest event that no stream has stored yet; 0 when there is none. */
async function findBehindMs(db: Database): Promise<number> {
  const [row] = await db.fork().execute<{ behind: string }[]>(
    `select greatest(0, coalesce(extract(epoch from lido_now() - min(occurred_at)) * 1000, 0))::bigint as behind
     from outbox where published_at is null and set_aside_at is null`,
  );
  return Number(row?.behind ?? 0);
}
