/**
 * One object of the G7 protocol: JSON, one object in each text frame. Built from names and shapes seen in public field notes; it has
 * never met real hardware, and nothing here is certified by the maker.
 */
export interface G7Frame {
  /** The command or event, such as `App.CardIdent`. */
  readonly cmd: string;
  /** `Req`, `Rsp` or `Evt`; a word of a later firmware is kept as it is. */
  readonly mt: string;
  /** Ties an answer to its request. */
  readonly tid?: number;
  /** 0 for success in an answer. */
  readonly state?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A longer frame ends the connection. */
export const frameBytesMax = 64 * 1024;

const commandPattern = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
const typePattern = /^[A-Za-z]{1,16}$/;

/** Reads a frame; undefined for anything that is not one. Keys we do not know are left out. */
export function parseFrame(text: string): G7Frame | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const { Cmd: cmd, MT: mt, TID: tid, State: state, Data: data } = value;
  if (typeof cmd !== 'string' || !commandPattern.test(cmd)) return undefined;
  if (typeof mt !== 'string' || !typePattern.test(mt)) return undefined;
  if (!isAbsentOrInteger(tid) || !isAbsentOrInteger(state)) return undefined;
  if (!isAbsent(data) && !isRecord(data)) return undefined;
  return {
    cmd,
    mt,
    ...(typeof tid === 'number' ? { tid } : {}),
    ...(typeof state === 'number' ? { state } : {}),
    data: isRecord(data) ? data : {},
  };
}

/** The text of a frame. */
export function writeFrame({ cmd, mt, tid, state, data }: G7Frame): string {
  const isEmpty = Object.keys(data).length === 0;
  return JSON.stringify({ Cmd: cmd, MT: mt, TID: tid, State: state, Data: isEmpty ? undefined : data });
}

/** A request; the device answers it once under the same number. */
export function request(cmd: string, tid: number, data: Record<string, unknown> = {}): G7Frame {
  return { cmd, mt: 'Req', tid, data };
}

/** The one answer to a device's request. */
export function response(to: G7Frame, state: number, data: Record<string, unknown> = {}): G7Frame {
  return { cmd: to.cmd, mt: 'Rsp', ...(to.tid === undefined ? {} : { tid: to.tid }), state, data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isAbsentOrInteger(value: unknown): boolean {
  return isAbsent(value) || Number.isSafeInteger(value);
}
