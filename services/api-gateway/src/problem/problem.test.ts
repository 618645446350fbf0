import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { describe, expect, it } from 'vitest';
import { problemHeaders, renderProblem, toProblem } from './problem.ts';

describe('toProblem', () => {
  it('tells the client what a refusal says', () => {
    const refusal = new Refusal('booking_conflict', 'slot_taken', 'The slot is taken.', { metadata: { slot: 1 } });
    expect(toProblem(refusal)).toEqual({
      status: 400,
      code: 'slot_taken',
      message: 'The slot is taken.',
      errors: undefined,
      details: { slot: 1 },
    });
  });

  it.each([new Error('secret'), Object.assign(new Error('secret'), { status: 418, code: 'teapot' }), 'secret', null])(
    'tells nothing of %s',
    (failure) => {
      expect(toProblem(failure)).toMatchObject({ status: 500, code: 'internal' });
      expect(JSON.stringify(toProblem(failure))).not.toContain('secret');
    },
  );
});

describe('renderProblem', () => {
  const problem = { status: 422, code: 'invalid', message: 'No.', errors: { name: ['Wrong.'] } };

  it.each([
    ['PROBLEM_UNSPECIFIED', { message: 'No.', errors: { name: ['Wrong.'] }, code: 'invalid', request_id: 'r1' }],
    ['PROBLEM_NESTED', { error: { code: 'invalid', message: 'No.', fields: { name: ['Wrong.'] } }, request_id: 'r1' }],
    ['PROBLEM_INTERNAL_CODE', { internal_code: null, message: 'No. name: Wrong.' }],
  ] as const)('writes the shape %s', (shape, expected) => {
    expect(JSON.parse(renderProblem(problem, shape, 'r1'))).toEqual(expected);
  });
});

it('tells when to come again, and how to sign in', () => {
  expect(problemHeaders({ status: 503, code: '', message: '' })).toHaveProperty('Retry-After');
  expect(problemHeaders({ status: 401, code: '', message: '' })).toEqual({ 'WWW-Authenticate': 'Bearer' });
  expect(problemHeaders({ status: 404, code: '', message: '' })).toEqual({});
});
