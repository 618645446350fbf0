/** As much as rows and events keep of one. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const BEARER = /^bearer +([\x21-\x7e]{1,4096})$/i;

/** The caller's own id of a request, if it is fit for logs and headers. */
export function readRequestId(header: string | undefined): string | undefined {
  return header !== undefined && REQUEST_ID.test(header) ? header : undefined;
}

/** The text of a bearer token: undefined without an Authorization header, null when it is of no form we know. */
export function readBearer(header: string | undefined): string | null | undefined {
  if (header === undefined || header === '') return undefined;
  return BEARER.exec(header)?.[1] ?? null;
}

/** Whether an Idempotency-Key is 1 to 255 visible characters. */
export function isIdempotencyKey(text: string): boolean {
  return IDEMPOTENCY_KEY.test(text);
}
