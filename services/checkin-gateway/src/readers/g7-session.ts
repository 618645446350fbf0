import type { DeviceLogin } from '../devices/device-login.repository.ts';
import { type Decision, decisionDeadlineMs, type Relay } from '../visits/decision.ts';
import { type G7Frame, request, response } from './g7-frame.ts';
import { isSameScan, type Scan, scanOf } from './g7-scan.ts';

/** What a session needs to know of its device and its gateway. */
export interface G7Settings {
  readonly serialNumber: string;
  readonly heartbeatSeconds: number;
  /** Where we dial the device, it asks who we are. */
  readonly login?: DeviceLogin | undefined;
}

/** A request that the device has not answered yet. */
type Pending =
  | { readonly of: 'login' | 'device_info' | 'app_events' | 'io_events' | 'online_decision' | 'deny' | 'relay_on' }
  | { readonly of: 'unlock'; readonly relays: readonly Relay[]; readonly askedMs: number }
  | { readonly of: 'relay_off'; readonly relayId: number };

/** An order to switch a relay on by hand; `askedMs` is when its unlock process was asked for. */
export interface OnOrder {
  readonly relay: Relay;
  readonly askedMs: number;
}

/** Where a connection stands. Taps count only once the device has proved its serial number and lets us decide. */
export interface G7Session {
  readonly settings: G7Settings;
  /** Who is leaving opens no door any more; what is on is still switched off. */
  readonly phase: 'starting' | 'ready' | 'leaving' | 'refused';
  readonly nextTid: number;
  readonly pending: ReadonlyMap<number, Pending>;
  readonly lastScan: { readonly scan: Scan; readonly atMs: number } | undefined;
  /** The latest tap that was let in; the device's feedback speaks of it. */
  readonly unlockedEventId: string | undefined;
  /** Relays that we switched on by hand. They latch: on until somebody switches them off. */
  readonly relaysOn: readonly number[];
}

/** What is to be done for a step, in this order. */
export type G7Effect =
  | { readonly do: 'send'; readonly frame: G7Frame }
  | { readonly do: 'decide'; readonly scan: Scan }
  | { readonly do: 'note_passage'; readonly eventId: string; readonly passed: boolean }
  | { readonly do: 'note_alive' }
  | { readonly do: 'note_ready' }
  | { readonly do: 'note_identity'; readonly deviceType: string | null; readonly firmware: string | null }
  /** Write down that relays are on, before the orders that follow. */
  | { readonly do: 'note_relays_on'; readonly relayIds: readonly number[] }
  | { readonly do: 'note_relay_off'; readonly relayId: number }
  /** Switch a relay on by hand, once that is written down. */
  | { readonly do: 'switch_on'; readonly order: OnOrder }
  | { readonly do: 'switch_off_later'; readonly relay: Relay }
  /** `isOther` where the device is another one than it should be. */
  | { readonly do: 'refuse'; readonly reason: string; readonly isOther: boolean };

export interface G7Step {
  readonly session: G7Session;
  readonly effects: readonly G7Effect[];
}

/** How long a terminal shows a denial. */
const denyDisplayMs = 3_000;
/** How long the device should wait for our answers, as we tell it. */
const responseSeconds = 1;
const pendingMax = 64;
const nameLengthMax = 120;

/**
 * Begins a session: first of all we say who we are, where we dialled, and the device says who it is. `relaysOn` are those that an
 * earlier connection left on.
 */
export function openSession(settings: G7Settings, relaysOn: readonly number[]): G7Step {
  const session: G7Session = {
    settings,
    phase: 'starting',
    nextTid: 1,
    pending: new Map(),
    lastScan: undefined,
    unlockedEventId: undefined,
    relaysOn,
  };
  const { login } = settings;
  return login ? ask(session, 'Login', { of: 'login' }, loginData(login)) : askWhoItIs(session);
}

function loginData(login: DeviceLogin): Record<string, unknown> {
  if ('token' in login) return { Token: login.token };
  return { User: login.user, Password: Buffer.from(login.password).toString('base64') };
}

function askWhoItIs(session: G7Session): G7Step {
  return ask(session, 'GetDeviceInfo', { of: 'device_info' });
}

/** Takes a frame in. `nowMs` is a clock that only runs forward, here as for what opens a door. */
export function receiveFrame(session: G7Session, frame: G7Frame, nowMs: number): G7Step {
  if (session.phase === 'refused') return stay(session);
  switch (frame.mt) {
    case 'Req':
      return serve(session, frame);
    case 'Rsp':
      return settlePending(session, frame, nowMs);
    case 'Evt':
      return session.phase === 'ready' ? hear(session, frame, nowMs) : stay(session);
    default:
      return stay(session);
  }
}

/** Tells the device what was decided of a tap. */
export function answerTap(session: G7Session, decision: Decision, nowMs: number): G7Step {
  if (session.phase !== 'ready') return stay(session);
  const { displayText } = decision;
  if (decision.outcome === 'denied') {
    return ask(
      session,
      'App.StartDenyProcess',
      { of: 'deny' },
      { DisplayText: displayText, Timeout_ms: denyDisplayMs },
    );
  }
  return unlockDoor({ ...session, unlockedEventId: decision.eventId }, decision, nowMs);
}

/** Has the device unlock its door, for a tap or for nobody's. */
export function unlockDoor(
  session: G7Session,
  { displayText, unlockMs, relays }: Pick<Decision, 'displayText' | 'unlockMs' | 'relays'>,
  nowMs: number,
): G7Step {
  const data = {
    DisplayText: displayText,
    UnlockingTime_ms: unlockMs,
    Relays: relays.map(({ id, onTimeMs }) => ({ Id: id, OnTime_ms: onTimeMs })),
  };
  return ask(session, 'App.StartUnlockProcess', { of: 'unlock', relays, askedMs: nowMs }, data);
}

/** Counts relays as on that an earlier connection left on; they are to be switched off. */
export function takeOver(session: G7Session, left: readonly number[]): G7Step {
  const relaysOn = [...new Set([...session.relaysOn, ...left])];
  return { session: { ...session, relaysOn }, effects: [{ do: 'note_relays_on', relayIds: left }] };
}

/**
 * Switches a relay on by hand that is written down as on. Answers to earlier off orders count no more, or the relay would be forgotten
 * while it is on; where one has come since the relay was written down, that is done again first.
 */
export function switchOn(session: G7Session, order: OnOrder, nowMs: number): G7Step {
  const { relay } = order;
  const later = (onTimeMs: number): G7Effect => ({ do: 'switch_off_later', relay: { ...relay, onTimeMs } });
  if (!mayStillOpen(session, order, nowMs)) return { session, effects: [later(0)] };
  if (!session.relaysOn.includes(relay.id)) return unlockByHand(session, [order]);
  const pending = [...session.pending].filter(([, it]) => it.of !== 'relay_off' || it.relayId !== relay.id);
  const on = { Id: relay.id, State: 1 };
  const step = ask({ ...session, pending: new Map(pending) }, 'IO.SetRelayState', { of: 'relay_on' }, on);
  return { session: step.session, effects: [...step.effects, later(relay.onTimeMs)] };
}

/** Opens nothing from now on, whatever the device still answers. */
export function leave(session: G7Session): G7Session {
  return { ...session, phase: 'leaving' };
}

/** Switches a relay off that was switched on by hand. It counts as on until the device confirms. */
export function switchOff(session: G7Session, relayId: number): G7Step {
  return ask(session, 'IO.SetRelayState', { of: 'relay_off', relayId }, { Id: relayId, State: 0 });
}

/** Answers the device's own requests: heartbeats, and a refusal for all that we do not know. */
function serve(session: G7Session, frame: G7Frame): G7Step {
  if (frame.cmd !== 'Heartbeat') return { session, effects: [{ do: 'send', frame: response(frame, 1) }] };
  const answer = response(frame, 0, { HBI: session.settings.heartbeatSeconds, RT: responseSeconds });
  const alive: G7Effect[] = session.phase === 'ready' ? [{ do: 'note_alive' }] : [];
  return { session, effects: [{ do: 'send', frame: answer }, ...alive] };
}

function hear(session: G7Session, frame: G7Frame, nowMs: number): G7Step {
  if (frame.cmd.endsWith('UnlockProcessResult')) return hearPassage(session, frame);
  const scan = scanOf(frame);
  if (!scan) return stay(session);
  const { lastScan } = session;
  if (lastScan && isSameScan(lastScan.scan, scan, nowMs - lastScan.atMs)) return stay(session);
  return { session: { ...session, lastScan: { scan, atMs: nowMs } }, effects: [{ do: 'decide', scan }] };
}

function hearPassage(session: G7Session, { data }: G7Frame): G7Step {
  const { unlockedEventId: eventId } = session;
  const feedback = data['Feedback'];
  if (eventId === undefined || typeof feedback !== 'boolean') return stay(session);
  return {
    session: { ...session, unlockedEventId: undefined },
    effects: [{ do: 'note_passage', eventId, passed: feedback }],
  };
}

/** Takes the answer to one of our requests; answers that nobody waits for are passed over. */
function settlePending(session: G7Session, frame: G7Frame, nowMs: number): G7Step {
  const waiting = frame.tid === undefined ? undefined : session.pending.get(frame.tid);
  if (!waiting || frame.tid === undefined) return stay(session);
  const pending = new Map(session.pending);
  pending.delete(frame.tid);
  const settled = { ...session, pending };
  const isOk = frame.state === 0;
  switch (waiting.of) {
    case 'login':
      return isOk ? askWhoItIs(settled) : refuse(settled, 'The device does not take our login.');
    case 'device_info':
      return identify(settled, frame, isOk);
    case 'app_events':
      return isOk
        ? ask(settled, 'RegisterEvent', { of: 'io_events' }, { Event: 'IO.*' })
        : refuse(settled, 'The device does not tell us of cards.');
    case 'io_events':
      // A terminal without inputs of its own refuses this namespace and works all the same.
      return ask(settled, 'System.SetHostInfo', { of: 'online_decision' }, { OnlineDecision: true, Info: 'Lido' });
    case 'online_decision':
      return isOk ? becomeReady(settled) : refuse(settled, 'The device lets another host decide.');
    case 'unlock':
      if (isOk || !mayStillOpen(settled, waiting, nowMs)) return stay(settled);
      return unlockByHand(
        settled,
        waiting.relays.map((relay) => ({ relay, askedMs: waiting.askedMs })),
      );
    case 'relay_off':
      return isOk ? forgetRelay(settled, waiting.relayId) : stay(settled);
    case 'deny':
    case 'relay_on':
      return stay(settled);
  }
}

function identify(session: G7Session, { data }: G7Frame, isOk: boolean): G7Step {
  if (!isOk || data['SerialNumber'] !== session.settings.serialNumber) {
    return refuse(session, 'The serial number is not the one this token was made for.', { isOther: true });
  }
  const next = ask(session, 'RegisterEvent', { of: 'app_events' }, { Event: 'App.*' });
  const identity = { deviceType: nameOf(data['DeviceType']), firmware: nameOf(data['FirmwareVersion']) };
  return { session: next.session, effects: [{ do: 'note_identity', ...identity }, ...next.effects] };
}

/** What a device says of itself, as far as it is a text. */
function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, nameLengthMax) : null;
}

function becomeReady(session: G7Session): G7Step {
  const ready: G7Step = { session: { ...session, phase: 'ready' }, effects: [{ do: 'note_ready' }] };
  return session.relaysOn.reduce((step, relayId) => then(step, (next) => switchOff(next, relayId)), ready);
}

/** Nobody stands at the door any more when an answer comes this late. */
function mayStillOpen({ phase }: G7Session, { askedMs }: { readonly askedMs: number }, nowMs: number): boolean {
  return phase === 'ready' && nowMs - askedMs <= decisionDeadlineMs;
}

/** For firmware without an unlock process: the relays are written down as on, and then switched on and later off again. */
function unlockByHand(session: G7Session, orders: readonly OnOrder[]): G7Step {
  const ids = orders.map(({ relay }) => relay.id);
  const noted = takeOver(session, ids);
  return { ...noted, effects: [...noted.effects, ...orders.map((order): G7Effect => ({ do: 'switch_on', order }))] };
}

function forgetRelay(session: G7Session, relayId: number): G7Step {
  const relaysOn = session.relaysOn.filter((id) => id !== relayId);
  return { session: { ...session, relaysOn }, effects: [{ do: 'note_relay_off', relayId }] };
}

function ask(session: G7Session, cmd: string, pending: Pending, data: Record<string, unknown> = {}): G7Step {
  const tid = session.nextTid;
  const waiting = new Map(session.pending).set(tid, pending);
  // A device that answers nothing must not fill our memory: the oldest question is given up.
  const [oldest] = waiting.keys();
  if (waiting.size > pendingMax && oldest !== undefined) waiting.delete(oldest);
  return {
    session: { ...session, nextTid: tid + 1, pending: waiting },
    effects: [{ do: 'send', frame: request(cmd, tid, data) }],
  };
}

function refuse(session: G7Session, reason: string, { isOther } = { isOther: false }): G7Step {
  return { session: { ...session, phase: 'refused' }, effects: [{ do: 'refuse', reason, isOther }] };
}

function stay(session: G7Session): G7Step {
  return { session, effects: [] };
}

function then(step: G7Step, next: (session: G7Session) => G7Step): G7Step {
  const following = next(step.session);
  return { session: following.session, effects: [...step.effects, ...following.effects] };
}
