import { Heartbeat } from '@lido/proto/lido/events/v1/heartbeat.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Bus, type BusHandle, streams } from './bus.ts';
import type { Subscription } from './consumer.ts';
import { waiter } from './waiter.ts';

export interface CatchUpOptions {
  bus: BusHandle;
  telemetry: Telemetry;
  /**
   * Called each time it is certain that all that the source had committed at an instant has been handled. The instant is
   * one of `performance.now()`, so that neither machines' clocks nor their corrections matter.
   */
  onCaughtUp(atMs: number): void;
}

/** A source's heartbeat as it arrived. */
interface Beat {
  /** When all was committed that had been published. */
  completeMs: number;
}

/** A beat, and the last message that the stream held when it came. */
interface Mark extends Beat {
  lastSeq: number;
}

const quietMs = 5_000;

/** Follows until when a subscription's consumer has handled what its source has committed. A source that is silent is never called caught up. */
export function followSource(subscription: Subscription, options: CatchUpOptions): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const signal = waiter();
  const run = async (): Promise<void> => {
    const bus = await options.bus.ready;
    let beat: Beat | undefined;
    const beats = bus.connection.subscribe(bus.nameOf(streams[subscription.source].heartbeat), {
      callback: (error, message) => {
        if (error) return;
        beat = { completeMs: performance.now() - Heartbeat.decode(message.data).behindMs };
        signal.wake();
      },
    });
    let mark: Mark | undefined;
    while (!stopped.signal.aborted) {
      await signal.wait(quietMs);
      const latest = beat;
      beat = undefined;
      if (!latest || stopped.signal.aborted) continue;
      try {
        // While events keep coming there is always one under way: an older mark is reached before a new one is set.
        mark ??= { ...latest, lastSeq: await lastSeqOf(bus, subscription) };
        if (!(await hasHandled(bus, subscription, mark))) continue;
        options.onCaughtUp(mark.completeMs);
      } catch (error) {
        options.telemetry.log.debug({ err: error, consumer: subscription.name }, 'a heartbeat could not be weighed');
      }
      mark = undefined;
    }
    beats.unsubscribe();
  };
  const running = run().catch(() => undefined);
  return {
    stop: async () => {
      stopped.abort();
      signal.wake();
      if (options.bus.isConnected()) await running;
    },
  };
}

async function lastSeqOf({ jsm, nameOf }: Bus, { source }: Subscription): Promise<number> {
  return (await jsm.streams.info(nameOf(streams[source].stream))).state.last_seq;
}

/** Whether all up to the mark has been acknowledged. */
async function hasHandled({ jsm, nameOf }: Bus, { source, name }: Subscription, { lastSeq }: Mark): Promise<boolean> {
  const consumer = await jsm.consumers.info(nameOf(streams[source].stream), name);
  const isIdle = consumer.num_pending === 0 && consumer.num_ack_pending === 0;
  return isIdle || consumer.ack_floor.stream_seq >= lastSeq;
}
