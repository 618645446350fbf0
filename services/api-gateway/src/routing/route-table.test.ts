import { loadImage } from '@lido/proto/image';
import { buildRoutes } from '@lido/runtime/rest/routes.ts';
import { describe, expect, it } from 'vitest';
import { createRouteTable } from './route-table.ts';

const image = loadImage();

describe('createRouteTable', () => {
  const specimens = buildRoutes(image, { includes: (packageName) => packageName === 'lido.rest.testing.v1' });
  const find = createRouteTable(specimens);

  it('reaches every operation of the contract by its own path', () => {
    const routes = buildRoutes(image);
    const table = createRouteTable(routes);
    for (const route of routes) {
      const values = route.pathFields.map((_field, index) => `value-${index}`);
      let next = 0;
      const path = route.path.replace(/\{[^}]*\}/g, () => values[next++] ?? '');
      expect(table(route.verb, path)).toEqual({ route, values });
    }
  });

  it('prefers a literal segment to a variable', () => {
    expect(find('GET', '/testing/specimens/newest')?.route.method).toBe('GetNewestSpecimen');
    expect(find('GET', '/testing/specimens/newer')?.route.method).toBe('GetSpecimen');
  });

  it('decodes values, and finds nothing where they can not be decoded', () => {
    expect(find('GET', '/testing/specimens/a%2Fb%20c')?.values).toEqual(['a/b c']);
    expect(find('GET', '/testing/specimens/%E0%A4%A')).toBeUndefined();
  });

  it('answers HEAD by the route of GET, a slash at the end or not', () => {
    expect(find('HEAD', '/testing/specimens/')?.route.method).toBe('ListSpecimens');
  });

  it('knows which GETs do something: scans, and what queues a job', () => {
    const gets = buildRoutes(image).filter(({ verb }) => verb === 'GET');
    const doing = gets.filter(({ method }) => /^(Queue|Resolve)/.test(method));
    expect(doing.length).toBeGreaterThan(1);
    expect(gets.filter(({ hasEffects }) => hasEffects)).toEqual(doing);
  });

  it('finds nothing for other verbs and paths', () => {
    for (const [verb, path] of [
      ['PATCH', '/testing/specimens'],
      ['GET', '/testing'],
      ['NONSENSE', '/'],
      ['GET', ''],
    ] as const) {
      expect(find(verb, path)).toBeUndefined();
    }
  });
});
