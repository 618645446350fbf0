import { type Api, apiAt } from '../../../tools/seed/api.ts';
import { type HeldMedium, HttpReader, type HttpReaderOptions } from './http-reader.ts';
import { type ListeningDevice, listenAsDevice } from './listening-device.ts';
import { connectReader, type SimulatedBehaviour, type SimulatedReader } from './reader.ts';

/** What a behaviour is played with; everything that the options leave open is filled in. */
export interface StageOptions {
  readonly url: string;
  readonly api: string;
  readonly device: string;
  readonly token: string;
  readonly serial: string;
  readonly card: string;
  /** The same as the reader writes it. */
  readonly medium: HeldMedium;
  /** Of staff who may manage devices, for behaviours that make devices of their own. */
  readonly staffToken: string | undefined;
  readonly site: string | undefined;
  /** The port on which the gateway is awaited; the reader dials where there is none. */
  readonly listen: number | undefined;
  readonly behaviour: Partial<SimulatedBehaviour>;
  readonly isHttp: boolean;
  readonly passed: boolean | undefined;
  readonly numbers: Readonly<Record<'readers' | 'rate' | 'seconds' | 'entries', number>>;
  say(line: string): void;
}

/** A device of its own, until the stage is cleared. */
export interface OwnDevice {
  readonly id: string;
  readonly token: string;
  readonly serial: string;
}

/** Where readers are played. */
export class Stage {
  readonly options: StageOptions;
  readonly #readers: SimulatedReader[] = [];
  readonly #devices: string[] = [];
  #listening: ListeningDevice | undefined;

  constructor(options: StageOptions) {
    this.options = options;
  }

  say(line: string): void {
    this.options.say(line);
  }

  /** A reader that the gateway decides for. */
  async connect(behaviour: Partial<SimulatedBehaviour> & Partial<OwnDevice> = {}): Promise<SimulatedReader> {
    const { url, token, serial, listen } = this.options;
    const whole = { url, token, serial, ...this.options.behaviour, ...behaviour };
    const reader = listen === undefined ? await connectReader(whole) : await this.#await(listen, whole);
    this.#readers.push(reader);
    return reader;
  }

  http(options: Partial<HttpReaderOptions> = {}): HttpReader {
    const { api, device, token } = this.options;
    return new HttpReader({ baseUrl: api, deviceId: device, token, ...options });
  }

  /** Makes a device that is removed when the stage is cleared. */
  async addDevice(fields: object = {}): Promise<OwnDevice> {
    const { site } = this.options;
    const api = this.#staff();
    const serial = `SIM-${crypto.randomUUID().slice(0, 8)}`;
    const { id } = await api.post('/devices', {
      ...{ site_id: site, name: 'Simulated reader', kind: 'gantner_g7', serial_number: serial },
      ...{ direction: 'toggle', medium_format: 'HEX_MSB', ...fields },
    });
    this.#devices.push(id);
    const { token } = await api.post<{ id: string; token: string }>(`/devices/${id}/token`);
    return { id, token, serial };
  }

  /** The public key of allow-lists. */
  async allowListKey(): Promise<string> {
    const { api, token } = this.options;
    return (await apiAt(api, token).get<{ id: string; public_key_pem: string }>('/devices/allow-list-key'))
      .public_key_pem;
  }

  /** Ends every connection and removes the devices that were made. */
  async clear(): Promise<void> {
    await this.#listening?.close();
    for (const reader of this.#readers) reader.breakOff();
    for (const id of this.#devices) await this.#staff().delete(`/devices/${id}`);
  }

  #staff(): Api {
    const { api, staffToken, site } = this.options;
    if (staffToken === undefined || site === undefined) {
      throw new Error('Devices are made for this. Please give --site and --staff-token (with settings.manage).');
    }
    return apiAt(api, staffToken);
  }

  async #await(port: number, behaviour: SimulatedBehaviour): Promise<SimulatedReader> {
    await this.#listening?.close();
    this.#listening = await listenAsDevice({ ...behaviour, port });
    this.say(`Waiting for the gateway at ${this.#listening.url}, which must be the device's address.`);
    return this.#listening.nextReader();
  }
}
