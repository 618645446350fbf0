import { loadImage } from '@lido/proto/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest, type RequestParts } from './decode-request.ts';
import { parseQueryText } from './query.ts';
import type { Route } from './routes.ts';
import { specimenRoutes } from './testing/specimens.ts';

const routes = new Map(specimenRoutes(loadImage()).map((route) => [route.method, route]));
const routeOf = (method: string): Route => {
  const route = routes.get(method);
  if (!route) throw new Error(`The testing package has no rpc ${method}.`);
  return route;
};
const decode = (method: string, parts: Partial<Omit<RequestParts, 'query'>> & { query?: string }) =>
  decodeRequest(routeOf(method), {
    path: [],
    headers: {},
    body: undefined,
    bodySource: 'json',
    ...parts,
    query: parseQueryText(parts.query ?? '') ?? {},
  });

describe('a query', () => {
  it.each([
    'site_id=a,b',
    'site_id=a&site_id=b',
    'site_id[]=a&site_id[]=b',
    'site_id%5B%5D=a,b',
    'site_id[0]=a&site_id[1]=b',
  ])('gives the same list for %s', (query) => {
    expect(decode('ListSpecimens', { query })).toMatchObject({ kind: 'decoded', request: { siteId: ['a', 'b'] } });
  });

  it('reads booleans, numbers, enums and instants from text', () => {
    const query = 'site_id=a&archived=1&page=2&stage=arrived,in_progress&size=1,2&from=2026-04-01T09:30:00+01:00';
    expect(decode('ListSpecimens', { query })).toMatchObject({
      request: {
        archived: true,
        page: 2,
        stage: ['STAGE_ARRIVED', 'STAGE_IN_PROGRESS'],
        size: [1, 2],
        from: '2026-04-01T09:30:00+01:00',
      },
    });
  });

  it('takes empty values as absent and ignores unknown keys', () => {
    expect(decode('ListSpecimens', { query: 'site_id=a&archived=&page=&stage=&stage[]=&other=1' })).toEqual({
      kind: 'decoded',
      request: {
        siteId: ['a'],
        stage: [],
        archived: null,
        page: null,
        perPage: null,
        from: null,
        onBehalfOf: null,
        size: [],
      },
    });
  });

  it('reports every value that is wrong', () => {
    expect(
      decode('ListSpecimens', { query: 'site_id=&archived=maybe&page=x&stage=gone&size=1,b&from=2026-02-30' }),
    ).toEqual({
      kind: 'invalid',
      errors: {
        site_id: ['The site_id field is required.'],
        archived: ['The archived field must be true or false.'],
        page: ['The page field must be a whole number from -2147483648 to 2147483647.'],
        'stage.0': ['The stage.0 field must be one of: in_progress, arrived.'],
        'size.1': ['The size.1 field must be a whole number from -2147483648 to 2147483647.'],
        from: ['The from field must be a date such as 2026-04-01 or a date-time with an offset, from 1900 to 2200.'],
      },
    });
  });

  it('fills a field from its header, and not from the query', () => {
    const headers = { 'x-trybe-on-behalf-of': 'u1' };
    expect(decode('ListSpecimens', { query: 'site_id=a&on_behalf_of=u2', headers })).toMatchObject({
      request: { onBehalfOf: 'u1' },
    });
  });
});

describe('whatever is sent', () => {
  it('is decoded or refused, and nothing throws', () => {
    const key = fc.constantFrom(
      'site_id',
      'site_id[]',
      'stage',
      'size[0]',
      'size[a]',
      'from',
      'page',
      '__proto__',
      'x',
    );
    const pair = fc.tuple(key, fc.string({ unit: 'binary' })).map(([name, text]) => `${name}=${text}`);
    fc.assert(
      fc.property(fc.array(pair), fc.string({ unit: 'binary' }), fc.jsonValue(), (pairs, id, body) => {
        decode('ListSpecimens', { query: pairs.join('&') });
        decode('UpdateSpecimen', { path: [id], body });
        decode('CreateSpecimen', { body, bodySource: 'form' });
        decode('ReplaceParts', { path: [id], body });
      }),
    );
  });
});

describe('a path', () => {
  it('gives ids as they are', () => {
    expect(decode('GetSpecimen', { path: ['a/b c'] })).toEqual({ kind: 'decoded', request: { id: 'a/b c' } });
  });

  it.each(['', 'a\u0000', 'x'.repeat(201), '\ud800'])('with an impossible id %j is unknown', (id) => {
    expect(decode('GetSpecimen', { path: [id] })).toEqual({ kind: 'unknown_path' });
  });
});

describe('a body', () => {
  it('in a field fills the update mask with the keys it carries', () => {
    expect(decode('UpdateSpecimen', { path: ['s1'], body: { description: null, tag_ids: ['a'] } })).toMatchObject({
      request: { id: 's1', specimen: { description: null, tagIds: ['a'] }, updateMask: ['description', 'tag_ids'] },
    });
    expect(decode('UpdateSpecimen', { path: ['s1'] })).toMatchObject({ kind: 'decoded', request: { updateMask: [] } });
  });

  it('of the whole request never overrides the path', () => {
    expect(decode('DetachLabels', { path: ['s1'], body: { id: 's2', label_ids: ['a'] } })).toEqual({
      kind: 'decoded',
      request: { id: 's1', labelIds: ['a'] },
    });
  });

  it('on DELETE is read as any other, and what is missing from it is reported', () => {
    expect(decode('DetachLabels', { path: ['s1'] })).toEqual({
      kind: 'invalid',
      errors: { label_ids: ['The label_ids field is required.'] },
    });
    expect(decode('DetachLabels', { path: ['s1'], body: { label_ids: [] } })).toEqual({
      kind: 'invalid',
      errors: { label_ids: ['The label_ids field must be a list of 1 to 1000 items.'] },
    });
  });

  it('may be a list where the field is one', () => {
    expect(decode('ReplaceParts', { path: ['s1'], body: [{ name: 'a' }] })).toMatchObject({
      request: { id: 's1', parts: [{ name: 'a', quantity: 0, parts: [] }] },
    });
    expect(decode('ReplaceParts', { path: ['s1'], body: {} })).toMatchObject({ kind: 'unreadable' });
    expect(decode('ReplaceParts', { path: ['s1'], body: [{}] })).toMatchObject({
      errors: { 'parts.0.name': ['The parts.0.name field is required.'] },
    });
  });

  it('that is needed must be there, and must be an object', () => {
    expect(decode('CreateSpecimen', {})).toEqual({ kind: 'unreadable', message: 'The request needs a body.' });
    expect(decode('CreateSpecimen', { body: [] })).toEqual({
      kind: 'unreadable',
      message: 'The body must be a JSON object.',
    });
  });

  it('sent as a form is read like JSON', () => {
    const body = parseQueryText('site_id=a&name=Pearl&capacity=3&parts[0][name]=x&parts[0][quantity]=2&tag_ids[]=t');
    expect(decode('CreateSpecimen', { body, bodySource: 'form' })).toMatchObject({
      request: { siteId: 'a', name: 'Pearl', capacity: 3, parts: [{ name: 'x', quantity: 2 }], tagIds: ['t'] },
    });
  });

  it('with more parameters than anybody needs is not taken in part', () => {
    const pairs = (pair: string, count: number): string => Array.from({ length: count }, () => pair).join('&');
    expect(parseQueryText(pairs('a[]=1', 2000))).toHaveProperty('a.1999', '1');
    expect(parseQueryText(pairs('a[]=1', 2001))).toBeUndefined();
    expect(parseQueryText(pairs('a=1', 2001))).toBeUndefined();
  });

  it('where none is expected is ignored', () => {
    expect(decode('DeleteSpecimen', { path: ['s1'], body: 'anything' })).toMatchObject({ kind: 'decoded' });
  });
});
