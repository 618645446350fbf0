import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import { waiter } from '@lido/runtime/events/waiter.ts';
import { type DeviceLogin, UnreadableLogin } from '../devices/device-login.repository.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { mayConnect } from '../devices/device-relays.ts';
import { backoffMs } from './backoff.ts';
import { frameBytesMax } from './g7-frame.ts';
import type { ReaderConnection } from './reader-connection.ws.ts';
import type { ReaderConnections } from './reader-connections.ws.ts';

/** Dials the readers that wait for us, again and again. */
export interface ReaderDialler {
  /** Looks which devices are to be dialled. */
  refresh(): Promise<void>;
  /** The same, and waits no longer for one whose settings have changed. */
  redial(deviceId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface ReaderDiallerOptions {
  readonly log: Logger;
  readonly connections: ReaderConnections;
  /** The devices that have an address and may have a connection. */
  listDialled(): Promise<DeviceRow[]>;
  /** A device by its id, as it is now. */
  findDevice(id: string): Promise<DeviceRow | undefined>;
  /** Throws where the secret can not be opened. */
  loginOf(device: DeviceRow): DeviceLogin | undefined;
  serve(socket: WebSocket, device: DeviceRow, login: DeviceLogin | undefined): ReaderConnection;
  /** Notes why a device could not be reached. */
  refused(deviceId: string, reason: string): Promise<void>;
}

const connectTimeoutMs = 5_000;
/** The same words for a closed port, another server and a slow one: whoever sets addresses must not learn what is in our network. */
const notReached = 'Not reached: no reader has answered at this address.';

/** Makes the dialler of one service; it dials nobody before the first refresh. */
export function readerDialler(options: ReaderDiallerOptions): ReaderDialler {
  const lines = new Map<string, Line>();
  const refresh = async (): Promise<void> => {
    const wanted = new Set((await options.listDialled()).map(({ id }) => id));
    for (const [id, line] of lines) {
      if (wanted.has(id)) continue;
      lines.delete(id);
      void line.end();
    }
    for (const id of wanted) if (!lines.has(id)) lines.set(id, new Line(id, options));
  };
  return {
    refresh,
    redial: async (deviceId) => {
      await refresh();
      lines.get(deviceId)?.dialNow();
    },
    stop: async () => {
      await Promise.all([...lines.values()].map((line) => line.end()));
      lines.clear();
    },
  };
}

/** The line to one device: dials, serves while it holds, waits, and dials again. */
class Line {
  readonly #deviceId: string;
  readonly #options: ReaderDiallerOptions;
  readonly #patience = waiter();
  readonly #running: Promise<void>;
  #socket: WebSocket | undefined;
  #isEnding = false;

  constructor(deviceId: string, options: ReaderDiallerOptions) {
    this.#deviceId = deviceId;
    this.#options = options;
    this.#running = this.#run();
  }

  /** Ends the waiting, if the line is waiting: the settings may be better now. */
  dialNow(): void {
    this.#patience.wake();
  }

  end(): Promise<void> {
    this.#isEnding = true;
    // What is being served ends with its door shut.
    this.#options.connections.disconnect(this.#deviceId);
    if (this.#socket?.readyState === WebSocket.CONNECTING) this.#socket.close();
    this.#patience.wake();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isEnding; ) {
      failures = (await this.#holdOnce()) ? 0 : failures + 1;
      if (!this.#isEnding) await this.#patience.wait(backoffMs(failures, Math.random()));
    }
  }

  /** Dials once and serves until the connection ends. Answers whether the device became ready. */
  async #holdOnce(): Promise<boolean> {
    const { connections, findDevice, loginOf, serve } = this.#options;
    try {
      const device = await findDevice(this.#deviceId);
      if (this.#isEnding || !device?.address || !mayConnect(device)) return false;
      const login = loginOf(device);
      // Served within the very event that opens it, so that no early frame is missed.
      const connection = await this.#dial(device.address, (socket) => {
        const opened = serve(socket, device, login);
        connections.add(opened);
        return opened;
      });
      await connection.closed;
      return connection.wasReady;
    } catch (error) {
      await this.#tell(error);
      return false;
    } finally {
      this.#socket = undefined;
    }
  }

  async #dial(address: string, serve: (socket: WebSocket) => ReaderConnection): Promise<ReaderConnection> {
    const socket = new WebSocket(address, { handshakeTimeout: connectTimeoutMs, maxPayload: frameBytesMax });
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<ReaderConnection>();
    socket.once('open', () => resolve(serve(socket)));
    socket.once('close', () => reject(new Error('The device closed the connection at once.')));
    socket.on('error', reject);
    return promise;
  }

  async #tell(error: unknown): Promise<void> {
    if (this.#isEnding) return;
    const { log, refused } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ device_id: this.#deviceId }, `a reader could not be reached: ${reason}`);
    try {
      await refused(this.#deviceId, error instanceof UnreadableLogin ? reason : notReached);
    } catch (failure) {
      log.warn({ err: failure, device_id: this.#deviceId }, 'the status of a reader could not be noted');
    }
  }
}
