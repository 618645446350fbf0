import type { Logger } from 'pino';
import type { Doors } from './door.ts';
import { type ReaderConnection, replace } from './reader-connection.ws.ts';

const goingAway = 1001;
const settingsChanged = 1012;
const stopping = 'The gateway stops.';

export interface ReaderConnectionsOptions {
  readonly log: Logger;
  /** The relays that a device's connections have left on, as it is written. */
  findRelaysOn(deviceId: string): Promise<readonly number[]>;
  /** Called when a device has no connection any more. */
  offline(deviceId: string): Promise<void>;
}

/** The readers that are connected, whichever side dialled. Each device has one connection; a newer one replaces the older. */
export class ReaderConnections implements Doors {
  readonly #options: ReaderConnectionsOptions;
  readonly #open = new Map<string, ReaderConnection>();
  readonly #endings = new Set<Promise<void>>();
  #isClosing = false;

  constructor(options: ReaderConnectionsOptions) {
    this.#options = options;
  }

  add(connection: ReaderConnection): void {
    const older = this.#open.get(connection.deviceId);
    this.#open.set(connection.deviceId, connection);
    if (older) replace(older);
    if (this.#isClosing) void connection.end(goingAway, stopping);
    this.#follow(this.#noteEnd(connection));
    this.#follow(this.#handOver(connection.deviceId, older));
  }

  /** Ends a device's connection, if it has one, with its door shut; it may come back under its new settings. */
  disconnect(deviceId: string): void {
    void this.#open.get(deviceId)?.end(settingsChanged, 'The settings of this device have changed.');
  }

  unlock(deviceId: string, displayText: string): boolean {
    return this.#open.get(deviceId)?.unlock(displayText) ?? false;
  }

  /** Ends all connections and those that still come, with their doors shut; resolves when they are noted as ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#open.values()) void connection.end(goingAway, stopping);
    await Promise.all(this.#endings);
  }

  #follow(work: Promise<void>): void {
    const ending = work.finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  /** What the older connection switched on after the newer one had read its device is known only when that one has ended. */
  async #handOver(deviceId: string, older: ReaderConnection | undefined): Promise<void> {
    await older?.closed;
    this.#open.get(deviceId)?.takeOver(older?.relaysOn ?? []);
    try {
      const relaysOn = await this.#options.findRelaysOn(deviceId);
      const newest = this.#open.get(deviceId);
      // What is read may be older than what the device has told the newest one meanwhile.
      newest?.takeOver(relaysOn.filter((id) => !newest.relaysConfirmedOff.has(id)));
    } catch (error) {
      this.#options.log.warn({ err: error, device_id: deviceId }, 'the relays of a reader could not be read again');
    }
  }

  async #noteEnd(connection: ReaderConnection): Promise<void> {
    const { deviceId } = connection;
    await connection.closed;
    if (this.#open.get(deviceId) !== connection) return;
    this.#open.delete(deviceId);
    try {
      await this.#options.offline(deviceId);
    } catch (error) {
      this.#options.log.warn({ err: error, device_id: deviceId }, 'a reader could not be noted as offline');
    }
  }
}
