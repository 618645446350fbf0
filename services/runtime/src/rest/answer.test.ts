import { loadImage } from '@lido/proto/image';
import { describe, expect, it } from 'vitest';
import { createAnswerEncoder, describePage } from './answer.ts';
import { specimenPlan, specimenRoute } from './testing/specimens.ts';

const registry = loadImage();
const specimen = specimenPlan(registry).create();
const url = 'https://spa.example/testing/specimens';
const encode = (method: string, message: unknown, query = ''): unknown =>
  JSON.parse(createAnswerEncoder(specimenRoute(registry, method))(message, { url, query, requestId: 'r1' }) ?? 'null');

describe('createAnswerEncoder', () => {
  it('wraps a resource in data, and leaves a bare one as it is', () => {
    expect(encode('GetSpecimen', { ...specimen, name: 'Pearl' })).toMatchObject({ data: { name: 'Pearl' } });
    expect(encode('GetNewestSpecimen', { ...specimen, name: 'Pearl' })).toMatchObject({ name: 'Pearl' });
  });

  it('gives no body for an empty answer', () => {
    expect(encode('DeleteSpecimen', {})).toBeNull();
  });

  it('adds links and meta to a page, keeps the caller’s filters, and keeps other members', () => {
    const page = { page: 2, perPage: 2, total: 5 };
    const answer = encode(
      'ListSpecimens',
      { data: [specimen, specimen], page, totals: { price: 9 } },
      'a=1&page=2&b[]=x%20y',
    );
    expect(answer).toMatchObject({
      totals: { price: 9 },
      links: {
        first: `${url}?a=1&b[]=x%20y&page=1`,
        next: `${url}?a=1&b[]=x%20y&page=3`,
        prev: `${url}?a=1&b[]=x%20y&page=1`,
        last: `${url}?a=1&b[]=x%20y&page=3`,
      },
      meta: { from: 3, to: 4, total: 5, current_page: 2, last_page: 3, per_page: 2, path: url },
    });
    expect(Object.keys(answer as object)).toEqual(['data', 'totals', 'links', 'meta']);
  });

  it('gives an empty list one page', () => {
    expect(describePage({ page: 1, perPage: 15, total: 0 }, 0, { url, query: '' })).toEqual({
      links: { first: `${url}?page=1`, next: null, prev: null, last: `${url}?page=1` },
      meta: { from: null, to: null, total: 0, current_page: 1, last_page: 1, per_page: 15, path: url },
    });
  });

  it('leads from behind the end back to the last page', () => {
    expect(describePage({ page: 9, perPage: 10, total: 15 }, 0, { url, query: '' })).toMatchObject({
      links: { next: null, prev: `${url}?page=2`, last: `${url}?page=2` },
    });
  });
});

describe('the envelopes of other contracts', () => {
  const as = (method: string, answer: 'ANSWER_COUNTED' | 'ANSWER_ITEMS') => {
    const encodeAs = createAnswerEncoder({ ...specimenRoute(registry, method), answer });
    return (message: unknown, query = ''): unknown =>
      JSON.parse(encodeAs(message, { url, query, requestId: 'r1' }) ?? 'null');
  };

  it('counts a resource as one beside the id of its request', () => {
    const answer = as('GetSpecimen', 'ANSWER_COUNTED')({ ...specimen, name: 'Pearl' });
    expect(answer).toMatchObject({ data: { name: 'Pearl' }, request_id: 'r1', count: 1 });
    expect(Object.keys(answer as object)).toEqual(['data', 'request_id', 'count']);
  });

  it('counts all rows of a list, not only those of the page', () => {
    const message = { data: [specimen], page: { page: 1, perPage: 1, total: 5 }, totals: null };
    expect(as('ListSpecimens', 'ANSWER_COUNTED')(message)).toMatchObject({ data: [{}], request_id: 'r1', count: 5 });
  });

  it('leads to the pages beside with the caller’s filters and the size of a page', () => {
    const encodeItems = as('ListSpecimens', 'ANSWER_ITEMS');
    const at = (page: number, query = '') =>
      encodeItems({ data: [], page: { page, perPage: 25, total: 60 }, totals: null }, query);
    expect(at(1)).toMatchObject({ paging: { next: `${url}?limit=25&page=2`, prev: null } });
    expect(at(2, 'query=c:1%20s:2&limit=25&page=2')).toMatchObject({
      paging: { next: `${url}?query=c:1%20s:2&limit=25&page=3`, prev: `${url}?query=c:1%20s:2&limit=25&page=1` },
    });
    expect(at(3)).toMatchObject({ paging: { next: null, prev: `${url}?limit=25&page=2` } });
    expect(at(9)).toMatchObject({ paging: { next: null, prev: `${url}?limit=25&page=3` } });
  });
});
