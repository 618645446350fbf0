import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadImage } from '@lido/proto/image';
import { buildRoutes, type Route, TESTING_PACKAGE } from '@lido/runtime/rest/routes.ts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi, listRoutes } from '../../services/api-gateway/src/openapi/document.ts';
import { createRouteTable } from '../../services/api-gateway/src/routing/route-table.ts';
import { root } from '../../tools/local/folders.ts';
import { freshSystem, type TestSystem } from '../support/system.ts';
import { type Client, connectClient } from './support/client.ts';

const image = loadImage();
const routes = buildRoutes(image);
const published = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, object>>;
}

const document = JSON.parse(published('openapi.json')) as { paths: Record<string, Record<string, Operation>> };
const operationOf = ({ verb, path }: Route): Operation | undefined => document.paths[path]?.[verb.toLowerCase()];

describe('the published contract', () => {
  it('routes.txt is what the proto files say', () => {
    expect(published('proto/routes.txt')).toBe(listRoutes(routes));
  });

  it('openapi.json is what the proto files say', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(describeApi(routes))));
  });

  it('openapi.json is valid OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('openapi.json has every route and nothing else, each with a name of its own', () => {
    const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(routes.map(({ verb, path }) => `${verb} ${path}`).sort());
    const names = routes.map((route) => operationOf(route)?.operationId);
    expect(new Set(names).size).toBe(routes.length);
  });
});

describe('every public rpc', () => {
  const rpcs = [...image.files]
    .filter(({ proto }) => proto.package.startsWith('lido.') && proto.package !== TESTING_PACKAGE)
    .filter(({ proto }) => !proto.package.includes('.internal.'))
    .flatMap((file) =>
      file.services.flatMap(({ typeName, methods }) => methods.map(({ name }) => `${typeName}.${name}`)),
    );

  it('has a route, or is the CSV of one that has', () => {
    const csvOf = ({ csvGrpcPath }: Route): string[] => (csvGrpcPath ? [csvGrpcPath.slice(1).replace('/', '.')] : []);
    const routed = new Set(routes.flatMap((route) => [route.rpc, ...csvOf(route)]));
    expect(rpcs.filter((rpc) => !routed.has(rpc))).toEqual([]);
  });

  it('says who may call it, and on what a permission is checked', () => {
    const open = routes.filter(({ access }) => access.kinds.length === 0 || access.scope === 'SCOPE_UNSPECIFIED');
    expect(open.map(({ rpc }) => rpc)).toEqual([]);
  });

  it('is found by its own path and by no other route’s', () => {
    const find = createRouteTable(routes);
    for (const route of routes) expect(find(route.verb, route.path.replace(/\{[^}]*\}/g, 'x'))?.route).toBe(route);
  });
});

describe('every route', () => {
  let system: TestSystem;
  let client: Client;

  beforeAll(async () => {
    system = await freshSystem();
    client = connectClient(system.baseUrl);
  });
  afterAll(async () => {
    await client.close();
    await system.drop();
  });

  const UNKNOWN_PATH = 'The requested resource could not be found';

  it.concurrent.each(routes.map((route): [string, Route] => [`${route.verb} ${route.path}`, route]))(
    '%s is served',
    async (_title, route) => {
      const path = route.path.replace(/\{[^}]*\}/g, '0190c0de');
      const answer = await client.send(route.verb, path, { token: system.bootstrapToken });
      // The sentence of a path that is not in the contract ends before any id.
      expect(answer.status === 404 && answer.body?.['message'] === UNKNOWN_PATH).toBe(false);
      expect(answer.status).toBeLessThan(500);
    },
  );
});
