/** A frame as it stands on the wire. Written apart from the gateway's own codec, so that a slip in one shows against the other. */
export interface WireFrame {
  Cmd: string;
  MT: 'Req' | 'Rsp' | 'Evt';
  TID?: number;
  State?: number;
  Data?: Record<string, unknown>;
}

/** Reads what the gateway sends; throws on anything else, for a simulator should notice. */
export function readWire(text: string): WireFrame {
  const frame = JSON.parse(text) as Partial<WireFrame>;
  if (typeof frame.Cmd !== 'string' || (frame.MT !== 'Req' && frame.MT !== 'Rsp' && frame.MT !== 'Evt')) {
    throw new Error(`The gateway sent what is no frame: ${text}`);
  }
  return frame as WireFrame;
}
