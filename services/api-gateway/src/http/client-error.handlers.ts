import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { type Problem, renderProblem } from '../problem/problem.ts';

const MALFORMED: Problem = { status: 400, code: 'malformed', message: 'The request is not valid HTTP.' };
const PROBLEMS: ReadonlyMap<string, Problem> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, code: 'headers_too_large', message: 'The request’s headers are too large.' }],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    { status: 408, code: 'request_timeout', message: 'The request took too long to arrive.' },
  ],
]);

/** Answers what Node could not read as HTTP, before there is any request: headers too long, too slow, or nonsense. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = PROBLEMS.get(error.code ?? '') ?? MALFORMED;
  const requestId = newUuid();
  const body = renderProblem(problem, 'PROBLEM_UNSPECIFIED', requestId);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Access-Control-Allow-Origin: *',
    `Request-Id: ${requestId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
