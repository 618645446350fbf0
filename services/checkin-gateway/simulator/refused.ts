/** What the gateway did not take. */
export class ReaderRefused extends Error {
  /** The HTTP status, or the code the WebSocket was closed with. */
  readonly code: number;

  constructor(code: number, reason: string) {
    super(`The gateway refused the reader (${code}): ${reason}`);
    this.code = code;
  }
}
