import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Refusals } from '../attempts/refusals.job.ts';
import type { DeviceLogin } from '../devices/device-login.repository.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { isInUse, relaysOf } from '../devices/device-relays.ts';
import type { Tap } from '../visits/tap.ts';
import type { TapDecider } from '../visits/tap.handlers.ts';
import type { FloodGuard } from './flood-guard.job.ts';
import { type G7Frame, parseFrame, writeFrame } from './g7-frame.ts';
import type { Scan } from './g7-scan.ts';
import {
  answerTap,
  type G7Effect,
  type G7Session,
  type G7Step,
  leave,
  openSession,
  receiveFrame,
  switchOff,
  switchOn,
  takeOver,
  unlockDoor,
} from './g7-session.ts';
import type { ReaderStatus } from './reader-status.repository.ts';

export interface ReaderConnectionOptions {
  readonly device: DeviceRow;
  readonly taps: TapDecider;
  readonly status: ReaderStatus;
  readonly floods: FloodGuard;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly log: Logger;
  readonly heartbeatSeconds: number;
  /** Where we dialled the device. */
  readonly login?: DeviceLogin | undefined;
}

/** A reader that is connected. */
export interface ReaderConnection {
  readonly deviceId: string;
  /** Settles when the socket has closed and what is known of the device is written. */
  readonly closed: Promise<void>;
  /** Whether the device has ever been ready on this connection. */
  readonly wasReady: boolean;
  /** Those that are on, or may be. */
  readonly relaysOn: readonly number[];
  /** Those that the device has confirmed as off on this connection, whatever is written of them. */
  readonly relaysConfirmedOff: ReadonlySet<number>;
  /** Has relays switched off that an earlier connection left on; not those that somebody is let in by. */
  takeOver(relaysOn: readonly number[]): void;
  close(code: number, reason: string): void;
  /** Opens nothing any more, switches off what is on, and closes once the device has confirmed that or has not for a while. */
  end(code: number, reason: string): Promise<void>;
  /** Unlocks the door although nobody has tapped; answers false where the device is not ready. */
  unlock(displayText: string): boolean;
}

/** A device that sends this many frames that are none is broken or hostile. */
const garbageMax = 100;
/** Nobody holds more cards to a reader than this before the first is answered; what comes on top is not heard. */
const decidingMax = 8;
const missedHeartbeatsMax = 3;
/** An order to switch a relay off is given again after this long without an answer. */
const offAgainMs = 1_000;
/** How long a connection that ends waits until its relays are off: for an order, and one more. */
const endGraceMs = 2_000;
/** How long a device may take to close its side. */
const closeGraceMs = 1_000;

const closeCode = { policy: 1008, replaced: 4000, silent: 4001 } as const;

/** Runs the session of one reader on its socket until that closes. */
export function serveReader(socket: WebSocket, options: ReaderConnectionOptions): ReaderConnection {
  return new OpenConnection(socket, options);
}

/** Tells a reader that a newer connection has taken its place. */
export function replace(connection: ReaderConnection): void {
  connection.close(closeCode.replaced, 'A newer connection of this device has taken over.');
}

/** The one place where a session's effects happen. */
class OpenConnection implements ReaderConnection {
  readonly deviceId: string;
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #options: ReaderConnectionOptions;
  #session: G7Session;
  wasReady = false;
  #garbageCount = 0;
  #decidingCount = 0;
  readonly #openedMs = performance.now();
  #lastHeardMs = performance.now();
  /** When relays that were switched on by hand are to be off. */
  readonly #offTimers = new Map<number, NodeJS.Timeout>();
  /** What is written about relays is written in order. */
  #relayNotes: Promise<void> = Promise.resolve();
  /** What is written of the device being there is written before its end is. */
  #aliveNotes: Promise<unknown> = Promise.resolve();
  readonly relaysConfirmedOff = new Set<number>();
  readonly #allOff = Promise.withResolvers<void>();
  #ending: Promise<void> | undefined;

  constructor(socket: WebSocket, options: ReaderConnectionOptions) {
    const { device, heartbeatSeconds, login } = options;
    this.deviceId = device.id;
    this.#socket = socket;
    this.#options = options;
    const first = openSession({ serialNumber: device.serialNumber, heartbeatSeconds, login }, device.relaysOn);
    this.#session = first.session;
    // What came while the whole process stood still is heard before anybody is taken for silent.
    const watch = setInterval(() => setImmediate(() => this.#closeWhenSilent()), heartbeatSeconds * 1_000);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    socket.on('message', (data: RawData, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('error', (error) =>
      options.log.debug({ err: error, device_id: device.id }, 'a reader sent what no WebSocket carries'),
    );
    socket.on('close', () => {
      clearInterval(watch);
      for (const timer of this.#offTimers.values()) clearTimeout(timer);
      void Promise.all([this.#relayNotes, this.#aliveNotes]).then(() => resolve());
    });
    this.#take(first);
  }

  get relaysOn(): readonly number[] {
    return this.#session.relaysOn;
  }

  takeOver(relaysOn: readonly number[]): void {
    const left = relaysOn.filter((id) => !this.#session.relaysOn.includes(id));
    if (left.length === 0) return;
    this.#take(takeOver(this.#session, left));
    // Who is not ready yet is given the orders on becoming so.
    if (this.wasReady) for (const id of left) this.#switchOffAfter(id, 0);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeGraceMs).unref();
  }

  end(code: number, reason: string): Promise<void> {
    this.#ending ??= this.#switchAllOff().finally(() => this.close(code, reason));
    return this.#ending;
  }

  async #switchAllOff(): Promise<void> {
    if (this.#session.phase !== 'ready') return;
    this.#session = leave(this.#session);
    const isOff = async (): Promise<void> => {
      // An order to switch on that waits for its note is given up then.
      await this.#relayNotes;
      if (this.#session.relaysOn.length === 0) return;
      for (const id of this.#session.relaysOn) this.#switchOffAfter(id, 0);
      await this.#allOff.promise;
      await this.#relayNotes;
    };
    await Promise.race([isOff(), this.closed, delay(endGraceMs, undefined, { ref: false })]);
  }

  unlock(displayText: string): boolean {
    if (this.#session.phase !== 'ready') return false;
    const { device } = this.#options;
    // What the device tells of the next passage is not of the tap before.
    const session = { ...this.#session, unlockedEventId: undefined };
    const opening = { displayText, unlockMs: device.unlockMs, relays: relaysOf(device) };
    this.#take(unlockDoor(session, opening, performance.now()));
    return true;
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#lastHeardMs = performance.now();
    if (!this.#options.floods.admitsFrame(this.deviceId)) return;
    const frame = isBinary ? undefined : parseFrame(String(data));
    if (frame) return this.#take(receiveFrame(this.#session, frame, this.#lastHeardMs));
    this.#garbageCount += 1;
    if (this.#garbageCount === garbageMax)
      this.close(closeCode.policy, 'Too many frames that are not of the protocol.');
  }

  #closeWhenSilent(): void {
    const silentMs = this.#options.heartbeatSeconds * 1_000 * missedHeartbeatsMax;
    const nowMs = performance.now();
    if (nowMs - this.#lastHeardMs > silentMs) this.close(closeCode.silent, 'No heartbeat.');
    if (this.#session.phase === 'starting' && nowMs - this.#openedMs > silentMs) {
      this.close(closeCode.silent, 'The start-up was not finished.');
    }
  }

  #take({ session, effects }: G7Step): void {
    this.#session = session;
    this.#perform(effects);
    if (session.phase === 'leaving' && session.relaysOn.length === 0) this.#allOff.resolve();
  }

  /** Nobody at the door waits for what is merely noted; only an order to a relay waits until it is written down. */
  #perform(effects: readonly G7Effect[]): void {
    for (const [index, effect] of effects.entries()) {
      if (effect.do !== 'note_relays_on') {
        this.#do(effect);
        continue;
      }
      const rest = effects.slice(index + 1);
      this.#noteRelays((status) => status.relaysOn(this.deviceId, effect.relayIds).then(() => this.#perform(rest)));
      return;
    }
  }

  #noteRelays(note: (status: ReaderStatus) => Promise<void>): void {
    this.#relayNotes = this.#unlessItFails(this.#relayNotes.then(() => note(this.#options.status)));
  }

  #do(effect: Exclude<G7Effect, { do: 'note_relays_on' }>): void {
    const { taps, status, clock, log, refusals, device } = this.#options;
    switch (effect.do) {
      case 'send':
        return this.#send(effect.frame);
      case 'decide':
        return void this.#unlessItFails(this.#decide(effect.scan));
      case 'note_passage': {
        const { eventId, passed } = effect;
        const at = new Date(clock.nowMs());
        return void this.#unlessItFails(taps.recordPassage({ deviceId: this.deviceId, eventId, passed, at }));
      }
      case 'note_ready':
        this.wasReady = true;
        // Their off orders are on their way.
        for (const id of this.#session.relaysOn) this.#switchOffAfter(id, offAgainMs);
        if (!isInUse(device)) return void this.end(closeCode.policy, 'This device is not in use.');
        return this.#noteAlive(status.connected(this.deviceId));
      case 'note_alive':
        return this.#noteAlive(status.seen(this.deviceId));
      case 'note_identity':
        return void this.#unlessItFails(status.identified(this.deviceId, effect));
      case 'switch_on':
        return this.#take(switchOn(this.#session, effect.order, performance.now()));
      case 'note_relay_off':
        this.relaysConfirmedOff.add(effect.relayId);
        return this.#noteRelays((notes) => notes.relayOff(this.deviceId, effect.relayId));
      case 'switch_off_later':
        return this.#switchOffAfter(effect.relay.id, effect.relay.onTimeMs);
      case 'refuse':
        log.warn({ device_id: this.deviceId }, `a reader is refused: ${effect.reason}`);
        if (effect.isOther) refusals.note(this.deviceId, 'wrong_serial');
        void this.#unlessItFails(status.refused(this.deviceId, effect.reason));
        return this.close(closeCode.policy, effect.reason);
    }
  }

  #noteAlive(work: Promise<void>): void {
    this.#aliveNotes = Promise.all([this.#aliveNotes, this.#unlessItFails(work)]);
  }

  /** Orders a relay off, again and again until the device confirms. Who is let in meanwhile has the whole time of the door. */
  #switchOffAfter(relayId: number, ms: number): void {
    clearTimeout(this.#offTimers.get(relayId));
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    const order = (): void => {
      this.#offTimers.delete(relayId);
      if (!this.#session.relaysOn.includes(relayId)) return;
      this.#take(switchOff(this.#session, relayId));
      this.#switchOffAfter(relayId, offAgainMs);
    };
    this.#offTimers.set(relayId, setTimeout(order, ms).unref());
  }

  /** A scan carries no id and no time: both are made on receipt. */
  async #decide(scan: Scan): Promise<void> {
    const { floods, refusals } = this.#options;
    if (this.#decidingCount >= decidingMax) return refusals.note(this.deviceId, 'flood');
    if (!floods.admitsTap(this.deviceId)) return;
    this.#decidingCount += 1;
    const at = new Date(this.#options.clock.nowMs());
    const tap: Tap = {
      eventId: newUuid(),
      deviceId: this.deviceId,
      readerRef: scan.readerRef,
      occurredAt: at,
      receivedAt: at,
      clockSource: 'gateway',
      origin: 'live',
      medium: { kind: scan.kind, raw: scan.raw },
    };
    const decision = await this.#options.taps.decide(tap, this.#options.device);
    this.#decidingCount -= 1;
    this.#take(answerTap(this.#session, decision, performance.now()));
  }

  #send(frame: G7Frame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(writeFrame(frame));
  }

  async #unlessItFails(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.log.warn({ err: error, device_id: this.deviceId }, 'a reader could not be served as it should');
    }
  }
}
