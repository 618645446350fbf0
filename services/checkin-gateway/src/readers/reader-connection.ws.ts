import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { TapDecider } from '../visits/tap.handlers.ts';
import { parseFrame, writeFrame } from './g7-frame.ts';
import type { Scan } from './g7-scan.ts';
import {
  answerTap,
  type G7Effect,
  type G7Session,
  type G7Step,
  openSession,
  receiveFrame,
  switchOff,
} from './g7-session.ts';

/** Where the status of readers is written down. */
export interface ReaderStatus {
  seen(deviceId: string): Promise<void>;
  offline(deviceId: string): Promise<void>;
  relaysOn(deviceId: string, relayIds: readonly number[]): Promise<void>;
}

export interface ReaderConnectionOptions {
  readonly device: DeviceRow;
  readonly taps: TapDecider;
  readonly status: ReaderStatus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly heartbeatSeconds: number;
}

/** A reader that is connected. */
export interface ReaderConnection {
  readonly deviceId: string;
  /** Settles when the socket has closed. */
  readonly closed: Promise<void>;
  close(code: number, reason: string): void;
}

/** A device that sends this many frames that are none is broken or hostile. */
const garbageMax = 100;
const missedHeartbeatsMax = 3;
/** How long a device may take to close its side. */
const closeGraceMs = 1_000;

const closeCode = { policy: 1008, replaced: 4000, silent: 4001 } as const;

/** Runs the session of one reader on its socket until that closes. */
export function serveReader(socket: WebSocket, options: ReaderConnectionOptions): ReaderConnection {
  const { device, log, status, heartbeatSeconds } = options;
  const closed = Promise.withResolvers<void>();
  let session: G7Session;
  let garbageCount = 0;
  let lastHeardMs = performance.now();
  let working: Promise<void> = Promise.resolve();

  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), closeGraceMs).unref();
  };
  // Effects wait for each other, so that what a relay does is on paper before it is ordered; decisions wait for nobody.
  const take = (step: G7Step): void => {
    session = step.session;
    for (const effect of step.effects) {
      working = working
        .then(() => perform(effect))
        .catch((error: unknown) => {
          log.warn({ err: error, device_id: device.id }, 'a reader could not be served as it should');
        });
    }
  };
  const perform = async (effect: G7Effect): Promise<void> => {
    switch (effect.do) {
      case 'send':
        return socket.send(writeFrame(effect.frame));
      case 'decide':
        return void decide(effect.scan, options).then((decision) => take(answerTap(session, decision)));
      case 'note_passage':
        return options.taps.recordPassage({ deviceId: device.id, ...effect, at: new Date(options.clock.nowMs()) });
      case 'note_alive':
      case 'note_ready':
        return status.seen(device.id);
      case 'keep_relays':
        return status.relaysOn(device.id, effect.relaysOn);
      case 'switch_off_later':
        return void setTimeout(() => take(switchOff(session, effect.relay.id)), effect.relay.onTimeMs);
      case 'refuse':
        log.warn({ device_id: device.id }, `a reader is refused: ${effect.reason}`);
        return close(closeCode.policy, effect.reason);
    }
  };

  const first = openSession({ serialNumber: device.serialNumber, heartbeatSeconds }, device.relaysOn);
  session = first.session;
  take(first);
  socket.on('message', (data: RawData, isBinary: boolean) => {
    lastHeardMs = performance.now();
    const frame = isBinary ? undefined : parseFrame(String(data));
    if (frame) return take(receiveFrame(session, frame, lastHeardMs));
    garbageCount += 1;
    if (garbageCount === garbageMax) close(closeCode.policy, 'Too many frames that are not of the protocol.');
  });
  socket.on('error', (error) =>
    log.debug({ err: error, device_id: device.id }, 'a reader sent what no WebSocket carries'),
  );
  const watch = setInterval(() => {
    if (performance.now() - lastHeardMs > heartbeatSeconds * 1_000 * missedHeartbeatsMax)
      close(closeCode.silent, 'No heartbeat.');
  }, heartbeatSeconds * 1_000);
  socket.on('close', () => {
    clearInterval(watch);
    closed.resolve();
  });
  return { deviceId: device.id, closed: closed.promise, close };
}

/** A scan carries no id and no time: both are made on receipt. */
async function decide(scan: Scan, { device, taps, clock }: ReaderConnectionOptions) {
  const at = new Date(clock.nowMs());
  return taps.decide({
    eventId: newUuid(),
    deviceId: device.id,
    readerRef: scan.readerRef,
    occurredAt: at,
    receivedAt: at,
    clockSource: 'gateway',
    origin: 'live',
    medium: { kind: scan.kind, raw: scan.raw },
  });
}

/** Tells a reader that a newer connection has taken its place. */
export function replace(connection: ReaderConnection): void {
  connection.close(closeCode.replaced, 'A newer connection of this device has taken over.');
}
