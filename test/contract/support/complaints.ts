import type { Answer } from './client.ts';

const SENTENCE = /^[A-Z]\S* \S/u;
const CODE = /^[a-z][a-z0-9_]*$/;
const KNOWN_KEYS: ReadonlySet<string> = new Set(['message', 'code', 'request_id', 'errors', 'details']);
/** What only our own side should read: stacks, SQL, files, and the names of what we are made of. */
const INTERNAL =
  /\n\s+at |Error:|\bselect\b.*\bfrom\b|insert into|\bviolates\b|\brelation "|\bcolumn "|syntax error|\/src\/|node_modules|\.ts\b|postgres|mikro|grpc|protobuf|undefined|\[object /i;

/** What is wrong with an answer that may be anything but a failure of our side. Empty when nothing is. */
export function complainOf(answer: Answer): string[] {
  return answer.status < 400 ? complainOfSuccess(answer) : complainOfProblem(answer);
}

/** As `complainOf`, and the answer must have one of the statuses. */
export function complainUnless(answer: Answer, ...statuses: readonly number[]): string[] {
  const isExpected = statuses.includes(answer.status);
  const complaint = tell(
    answer,
    `answered ${answer.status}, not ${statuses.join(' or ')}: ${answer.text.slice(0, 300)}`,
  );
  return [...(isExpected ? [] : [complaint]), ...complainOf(answer)];
}

/** As `complainOf`; it must be a 422 with a sentence for each of the fields, or for something inside of it. */
export function complainUnlessInvalid(answer: Answer, fields: readonly string[]): string[] {
  const named = Object.keys(refusedFields(answer));
  const missing = fields.filter((field) => !named.some((name) => name === field || name.startsWith(`${field}.`)));
  return [
    ...complainUnless(answer, 422),
    ...(missing.length > 0 ? [tell(answer, `has no errors for ${missing.join(', ')}`)] : []),
  ];
}

/** The fields that an answer names as wrong; the shape that has no place for them names them in its message. */
export function refusedFields(answer: Answer): object {
  const { errors, message } = problemOf(answer);
  if (errors) return errors;
  return Object.fromEntries([...String(message).matchAll(/(\S+): /g)].map(([, name = '']) => [name, []]));
}

/** As `complainOf`; a field without bounds that only the database refused is a complaint too. */
export function complainOfUnbounded(answer: Answer): string[] {
  const isUnbounded = ['too_long', 'out_of_range', 'not_allowed', 'value_missing'].includes(
    String(problemOf(answer).code),
  );
  return [...complainOf(answer), ...(isUnbounded ? [tell(answer, `has a field without bounds: ${answer.text}`)] : [])];
}

function complainOfSuccess(answer: Answer): string[] {
  const isEmpty = answer.status === 204;
  const isFile = answer.headers['content-disposition'] !== undefined;
  return [
    ...complainOfCors(answer),
    ...(isEmpty && answer.text !== '' ? [tell(answer, 'has a body beside its 204')] : []),
    ...(!isEmpty && !isFile && answer.text !== '' && answer.body === undefined
      ? [tell(answer, 'is no JSON object')]
      : []),
  ];
}

/** A problem's parts in whichever of the three shapes it has. */
interface ProblemParts {
  readonly message: unknown;
  readonly code: unknown;
  readonly requestId: unknown;
  readonly errors: object | undefined;
  /** Keys that no such shape has. */
  readonly otherKeys: readonly string[];
}

/** Reads a problem of any shape. The one with an internal_code says nothing but its message. */
export function problemOf({ body = {}, headers }: Answer): ProblemParts {
  const { error, request_id: requestId, ...rest } = body;
  if ('internal_code' in body) {
    const otherKeys = Object.keys(body).filter((key) => key !== 'internal_code' && key !== 'message');
    const code = body['internal_code'] === null ? 'none' : body['internal_code'];
    return { message: body['message'], code, requestId: headers['request-id'], errors: undefined, otherKeys };
  }
  if (typeof error === 'object' && error !== null) {
    const { message, code, fields, details: _details, ...more } = error as Record<string, unknown>;
    return {
      message,
      code,
      requestId,
      errors: fields as object | undefined,
      otherKeys: Object.keys({ ...rest, ...more }),
    };
  }
  const { message, code, errors } = body;
  const otherKeys = Object.keys(body).filter((key) => !KNOWN_KEYS.has(key));
  return { message, code, requestId, errors: errors as object | undefined, otherKeys };
}

function complainOfProblem(answer: Answer): string[] {
  const { status, text, headers } = answer;
  const { message, code, requestId, errors, otherKeys } = problemOf(answer);
  const hasFields = !('internal_code' in (answer.body ?? {}));
  const findings: [isWrong: boolean, complaint: string][] = [
    [status >= 500, `answered ${status}: ${text.slice(0, 300)}`],
    [typeof message !== 'string' || !SENTENCE.test(message), `has no sentence as its message: ${text.slice(0, 200)}`],
    [typeof code !== 'string' || !CODE.test(code), `has no code: ${text.slice(0, 200)}`],
    [
      typeof requestId !== 'string' || requestId !== headers['request-id'],
      'has no request_id, or another in the header',
    ],
    [otherKeys.length > 0, `has other keys: ${otherKeys.join(', ')}`],
    [
      hasFields && (errors !== undefined) !== (status === 422),
      `has errors with ${status}, or 422 without: ${text.slice(0, 200)}`,
    ],
    [errors !== undefined && !areSentences(errors), `has errors that are no lists of texts: ${text.slice(0, 200)}`],
    [status === 401 && headers['www-authenticate'] !== 'Bearer', 'has no WWW-Authenticate'],
    [INTERNAL.test(text), `tells of our inside: ${text.slice(0, 400)}`],
  ];
  return [...complainOfCors(answer), ...findings.filter(([isWrong]) => isWrong).map(([, what]) => tell(answer, what))];
}

function complainOfCors(answer: Answer): string[] {
  const origin = answer.headers['access-control-allow-origin'];
  return origin === '*' ? [] : [tell(answer, `has the Access-Control-Allow-Origin ${String(origin)}`)];
}

function areSentences(errors: unknown): boolean {
  if (typeof errors !== 'object' || errors === null) return false;
  const lists: unknown[] = Object.values(errors);
  return (
    lists.length > 0 &&
    lists.every((list) => Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string'))
  );
}

function tell(answer: Answer, what: string): string {
  return `${answer.asked} ${what}`;
}
