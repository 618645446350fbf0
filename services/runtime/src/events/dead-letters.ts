import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import type { Database } from '../db/database.ts';
import type { Bus } from './bus.ts';

/** Sends a service's dead letters through their streams once more. Their inbox has no trace of them, so the consumer that failed tries again. */
export async function replayDeadLetters(db: Database, bus: Bus): Promise<number> {
  return db.transaction(async (em) => {
    const rows = await em.execute<{ consumer: string; event_id: string; envelope: Buffer }[]>(
      'delete from dead_letters returning consumer, event_id, envelope',
    );
    for (const { event_id, envelope } of rows) {
      const { type } = Envelope.decode(envelope);
      await bus.js.publish(bus.nameOf(type), envelope, { msgID: `replay ${event_id} ${Date.now()}` });
    }
    return rows.length;
  });
}
