import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { readWire, type WireFrame } from './protocol.ts';
import { ReaderRefused } from './refused.ts';

/** What the gateway made the reader do. */
export interface SimulatedDecision {
  readonly outcome: 'granted' | 'denied';
  readonly displayText: string;
  /** Those that the gateway has opened in one order; none where it had to switch each by hand. */
  readonly relays: readonly SimulatedRelay[];
  /** From the tap to the answer, in milliseconds. */
  readonly ms: number;
}

/** A relay, and for how many milliseconds the device switches it on. */
export interface SimulatedRelay {
  readonly id: number;
  readonly onTimeMs: number;
}

/** How a simulated device behaves. */
export interface SimulatedBehaviour {
  readonly serial: string;
  /** Firmware that knows no unlock process, so that the gateway has to switch relays itself. */
  readonly isWithoutUnlockProcess?: boolean;
  /** Never sends a heartbeat. */
  readonly isSilent?: boolean;
  /** Answers each request only after this long. */
  readonly answersAfterMs?: number;
  /** The first order to unlock is not answered before `answerUnlock`. */
  readonly holdsUnlockAnswer?: boolean;
  /** So many orders to switch a relay off are neither obeyed nor answered. */
  readonly ignoredOffOrders?: number;
  /** Who may log in, where the gateway dials the device. */
  readonly login?: SimulatedLogin;
  /** The relays that are on; they stay so when a connection ends, as real ones do. */
  readonly relays?: Set<number>;
}

export type SimulatedLogin = { readonly user: string; readonly password: string } | { readonly token: string };

export interface SimulatedReaderOptions extends SimulatedBehaviour {
  /** Of the gateway, with or without the path, such as ws://127.0.0.1:8081 */
  readonly url: string;
  readonly token: string;
}

/** A reader that is connected to a gateway and lets it decide. */
export interface SimulatedReader {
  /** Holds a card to the reader. */
  tap(card: { uid: string }): Promise<SimulatedDecision>;
  /** Holds a card or a printed code to a reader that tells of both in one way. */
  tag(held: { uid: string } | { barcode: string }): Promise<SimulatedDecision>;
  /** Holds a printed code to the reader. */
  barcode(value: string): Promise<SimulatedDecision>;
  /** One physical scan that the device tells of twice, the second time `gapMs` later. */
  double(value: string, gapMs?: number): Promise<SimulatedDecision>;
  /** Says whether somebody went through after the latest unlocking. */
  pass(passed: boolean): void;
  /** Sends anything as a frame. */
  sendRaw(data: string | Buffer): void;
  /** Reports a card and waits for nothing. */
  report(card: { uid: string }): void;
  /** From now on the device neither answers nor reports, and its connection stays. */
  fallSilent(): void;
  /** Gives the answer to an order to unlock that was held back. */
  answerUnlock(): void;
  /** Whether an answer is held back. */
  readonly isHoldingAnswer: boolean;
  /** The device tears its connection down without a word. */
  breakOff(): void;
  /** The relays that are switched on by hand at this moment. */
  readonly relaysOn: ReadonlySet<number>;
  /** How often the gateway has answered with a decision. */
  readonly decisionCount: number;
  /** Settles with the close code when the connection has ended. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
}

const answerTimeoutMs = 10_000;

/**
 * Dials in, goes through the start-up and resolves when the gateway decides. Rejects with ReaderRefused.
 * What works with this reader shows that Lido's two sides agree with each other; it does not show that real hardware would.
 */
export async function connectReader(options: SimulatedReaderOptions): Promise<SimulatedReader> {
  const socket = new WebSocket(readerUrl(options.url), { headers: { Authorization: options.token } });
  const device = new SimulatedDevice(socket, options);
  await opened(socket);
  device.beginHeartbeats();
  await device.ready;
  return device;
}

/** The same for a connection that the gateway has dialled. */
export async function takeGateway(socket: WebSocket, behaviour: SimulatedBehaviour): Promise<SimulatedReader> {
  const device = new SimulatedDevice(socket, behaviour);
  device.beginHeartbeats();
  await device.ready;
  return device;
}

function readerUrl(url: string): string {
  return new URL(url).pathname.length > 1 ? url : new URL('/readers/g7', url).href;
}

async function opened(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('open', () => resolve());
  socket.on('unexpected-response', (_, answer) => {
    reject(new ReaderRefused(answer.statusCode ?? 0, answer.statusMessage ?? ''));
    socket.terminate();
  });
  socket.on('error', reject);
  await promise;
}

function cardFrame({ uid }: { uid: string }): WireFrame {
  const data = { UID: uid, RfStandard: 'ISO14443A', CardType: 'MifareClassic', Segments: [] };
  return { Cmd: 'App.CardIdent', MT: 'Evt', Data: data };
}

type Waiter = (decision: Omit<SimulatedDecision, 'ms'>) => void;

/** The device's side of the protocol: answers what it is asked, and reports what is held to it. */
class SimulatedDevice implements SimulatedReader {
  readonly relaysOn: Set<number>;
  readonly closed: Promise<number>;
  readonly ready: Promise<void>;
  decisionCount = 0;
  readonly #socket: WebSocket;
  readonly #options: SimulatedBehaviour;
  readonly #waiters: Waiter[] = [];
  readonly #becomeReady: () => void;
  #displayText = '';
  #nextTid = 1;
  #isMute = false;
  /** The gateway has been told to switch the relays by hand, and has not begun. */
  #isUnlockedByHand = false;
  #ignoredOffOrders: number;
  #holdsAnswer: boolean;
  #heldUnlock: WireFrame | undefined;
  /** Whether the gateway has logged in, or needs not to. */
  #isKnown: boolean;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, options: SimulatedBehaviour) {
    this.#socket = socket;
    this.#options = options;
    this.#isKnown = options.login === undefined;
    this.relaysOn = options.relays ?? new Set();
    this.#ignoredOffOrders = options.ignoredOffOrders ?? 0;
    this.#holdsAnswer = options.holdsUnlockAnswer ?? false;
    socket.on('message', (data) => this.#receive(readWire(String(data))));
    const ready = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<number>();
    this.ready = ready.promise;
    this.closed = closed.promise;
    this.#becomeReady = ready.resolve;
    ready.promise.catch(() => undefined);
    socket.on('close', (code, reason) => {
      clearInterval(this.#heartbeat);
      closed.resolve(code);
      ready.reject(new ReaderRefused(code, String(reason)));
    });
  }

  tap(card: { uid: string }): Promise<SimulatedDecision> {
    return this.#report(cardFrame(card));
  }

  report(card: { uid: string }): void {
    this.#send(cardFrame(card));
  }

  tag(held: { uid: string } | { barcode: string }): Promise<SimulatedDecision> {
    const data = 'uid' in held ? { UID: held.uid } : { Barcode: held.barcode };
    return this.#report({ Cmd: 'IO.TagInReader', MT: 'Evt', Data: { ...data, ReaderId: 1 } });
  }

  breakOff(): void {
    this.#socket.terminate();
  }

  fallSilent(): void {
    this.#isMute = true;
    clearInterval(this.#heartbeat);
  }

  get isHoldingAnswer(): boolean {
    return this.#heldUnlock !== undefined;
  }

  answerUnlock(): void {
    if (this.#heldUnlock) this.#unlock(this.#heldUnlock);
    this.#heldUnlock = undefined;
  }

  barcode(value: string): Promise<SimulatedDecision> {
    return this.#report({ Cmd: 'IO.BarcodeRead', MT: 'Evt', Data: { Barcode: value, ReaderId: 1 } });
  }

  async double(value: string, gapMs = 100): Promise<SimulatedDecision> {
    const decision = this.barcode(value);
    await delay(gapMs);
    this.#send({ Cmd: 'IO.TagInReader', MT: 'Evt', Data: { Barcode: value, ReaderId: 1 } });
    return decision;
  }

  pass(passed: boolean): void {
    this.#send({ Cmd: 'App.UnlockProcessResult', MT: 'Evt', Data: { Feedback: passed } });
  }

  sendRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  /** Reports once at once; the gateway's answer says how often from then on. */
  beginHeartbeats(): void {
    if (this.#options.isSilent !== true) this.#sendHeartbeat();
  }

  #receive(frame: WireFrame): void {
    if (this.#isMute) return;
    if (frame.MT === 'Rsp') return this.#hearHeartbeatInterval(frame);
    if (frame.MT !== 'Req') return;
    const { answersAfterMs } = this.#options;
    if (answersAfterMs === undefined) this.#obey(frame);
    else setTimeout(() => this.#obey(frame), answersAfterMs);
  }

  #obey(frame: WireFrame): void {
    if (frame.Cmd === 'Login') return this.#admit(frame);
    if (!this.#isKnown) return this.#answer(frame, 1);
    switch (frame.Cmd) {
      case 'GetDeviceInfo':
        return this.#answer(frame, 0, {
          SerialNumber: this.#options.serial,
          DeviceType: 'GT7 (simulated)',
          FirmwareVersion: '1.0',
        });
      case 'RegisterEvent':
        // One namespace in each request; everything at once is refused.
        return this.#answer(frame, frame.Data?.['Event'] === '*' ? 1 : 0);
      case 'System.SetHostInfo':
        this.#answer(frame, 0);
        return this.#becomeReady();
      case 'App.StartUnlockProcess':
        return this.#unlock(frame);
      case 'App.StartDenyProcess':
        this.#answer(frame, 0);
        return this.#show({ outcome: 'denied', displayText: String(frame.Data?.['DisplayText']), relays: [] });
      case 'IO.SetRelayState':
        return this.#switchRelay(frame);
      default:
        return this.#answer(frame, 1);
    }
  }

  #admit(frame: WireFrame): void {
    const { login } = this.#options;
    const { User: user, Password: password, Token: token } = frame.Data ?? {};
    this.#isKnown =
      login === undefined ||
      ('token' in login
        ? token === login.token
        : user === login.user && password === Buffer.from(login.password).toString('base64'));
    this.#answer(frame, this.#isKnown ? 0 : 1);
  }

  #unlock(frame: WireFrame): void {
    if (this.#holdsAnswer) {
      this.#holdsAnswer = false;
      this.#heldUnlock = frame;
      return;
    }
    this.#displayText = String(frame.Data?.['DisplayText']);
    if (this.#options.isWithoutUnlockProcess === true) {
      this.#isUnlockedByHand = true;
      return this.#answer(frame, 1);
    }
    this.#answer(frame, 0);
    const relays = frame.Data?.['Relays'] as { Id: number; OnTime_ms: number }[];
    this.#show({
      outcome: 'granted',
      displayText: this.#displayText,
      relays: relays.map(({ Id, OnTime_ms }) => ({ id: Id, onTimeMs: OnTime_ms })),
    });
  }

  #switchRelay(frame: WireFrame): void {
    const id = Number(frame.Data?.['Id']);
    const isOn = frame.Data?.['State'] === 1;
    if (!isOn && this.#ignoredOffOrders > 0) {
      this.#ignoredOffOrders -= 1;
      return;
    }
    if (isOn) this.relaysOn.add(id);
    else this.relaysOn.delete(id);
    this.#answer(frame, 0);
    // Several relays are one decision, shown with the first of them.
    if (isOn && this.#isUnlockedByHand) {
      this.#isUnlockedByHand = false;
      this.#show({ outcome: 'granted', displayText: this.#displayText, relays: [] });
    }
  }

  #show(decision: Omit<SimulatedDecision, 'ms'>): void {
    this.decisionCount += 1;
    this.#waiters.shift()?.(decision);
  }

  async #report(frame: WireFrame): Promise<SimulatedDecision> {
    const startedMs = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<Omit<SimulatedDecision, 'ms'>>();
    const timer = setTimeout(() => reject(new Error('The gateway did not answer a tap.')), answerTimeoutMs);
    this.#waiters.push(resolve);
    this.#send(frame);
    try {
      const decision = await promise;
      return { ...decision, ms: performance.now() - startedMs };
    } finally {
      clearTimeout(timer);
    }
  }

  #hearHeartbeatInterval({ Cmd, Data }: WireFrame): void {
    if (Cmd !== 'Heartbeat' || this.#heartbeat !== undefined) return;
    const everyMs = Number(Data?.['HBI']) * 1_000;
    this.#heartbeat = setInterval(() => this.#sendHeartbeat(), everyMs);
  }

  #sendHeartbeat(): void {
    this.#send({ Cmd: 'Heartbeat', MT: 'Req', TID: this.#nextTid++ });
  }

  #answer({ Cmd, TID }: WireFrame, state: number, data?: Record<string, unknown>): void {
    this.#send({
      Cmd,
      MT: 'Rsp',
      State: state,
      ...(TID === undefined ? {} : { TID }),
      ...(data === undefined ? {} : { Data: data }),
    });
  }

  #send(frame: WireFrame): void {
    if (this.#isMute) return;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
