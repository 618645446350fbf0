import { loadImage } from '@lido/proto/image';
import { buildRoutes, type Route } from '@lido/runtime/rest/routes.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './support/client.ts';
import { complainOf, complainUnless, complainUnlessInvalid } from './support/complaints.ts';
import { fillPath, goodBody, idsOf, pathValues, unknownLike } from './support/requests.ts';
import type { Rows } from './support/rows.ts';
import { startWorld, type World } from './support/world.ts';

const routes = buildRoutes(loadImage());
const isPublic = ({ access }: Route): boolean => access.kinds.includes('KIND_PUBLIC');
const titled = (chosen: readonly Route[]): [string, Route][] =>
  chosen.map((route) => [`${route.verb} ${route.path}`, route]);

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

type Asking = { token?: string | undefined; path?: string; body?: unknown; headers?: Record<string, string> };

/** Asks a route about the first organisation's rows, unless told otherwise. */
function ask(route: Route, { token, path, body, headers }: Asking = {}): Promise<Answer> {
  const json = body === undefined ? goodBody(route, world.rows) : body;
  return world.send(route.verb, path ?? fillPath(route, world.rows), {
    token,
    ...(json !== undefined && { json }),
    ...(headers && { headers }),
  });
}

describe('whoever has no good token is refused', () => {
  it.concurrent.each(titled(routes.filter((route) => !isPublic(route))))('%s answers 401', async (_title, route) => {
    const { leaver } = world.tokens;
    const tokens = [undefined, 'nobody', leaver, `${world.tokens.owner}x`, 'x'.repeat(5000), '"', 'a b'];
    const answers = await Promise.all(tokens.map((token) => ask(route, { token })));
    const basic = await ask(route, { headers: { authorization: 'Basic b3duZXI6' } });
    expect([...answers, basic].flatMap((answer) => complainUnless(answer, 401))).toEqual([]);
    expect(new Set([...answers, basic].map(textOf)).size).toBe(1);
  });

  it.concurrent.each(titled(routes.filter(isPublic)))('%s serves anybody, but not a wrong token', async (_title, route) => {
    const [open, wrong] = await Promise.all([ask(route), ask(route, { token: 'nobody' })]);
    expect(complainOf(open)).toEqual([]);
    expect(open.status).not.toBe(401);
    expect(complainUnless(wrong, 401)).toEqual([]);
  });
});

/** An answer's text without what differs from request to request. */
function textOf({ text }: Answer): string {
  return text.replace(/"request_id":"[^"]*"/, '');
}

/** An answer as it would be for any other id. */
function withoutIds(answer: Answer, ids: readonly string[]): string {
  return ids.reduce((text, id) => text.replaceAll(id, '<id>'), `${answer.status} ${textOf(answer)}`);
}

const named = routes.filter((route) => idsOf(route).length > 0);

describe('the rows of the sweep are there', () => {
  it.concurrent.each(titled(named.filter(({ verb }) => verb === 'GET')))('%s shows them to the owner', async (_title, route) => {
    const query = route.path.startsWith('/shop/item-availability') ? '?date_from=2030-04-01&date_to=2030-04-02' : '';
    const answer = await ask(route, { token: world.tokens.owner, path: fillPath(route, world.rows) + query });
    expect(complainUnless(answer, 200)).toEqual([]);
  });
});

describe('a row of another organisation can not be told from one that does not exist', () => {
  const cases = named.filter((route) => !isPublic(route) || route.package !== 'lido.availability.v1');
  it.concurrent.each(titled(cases))('%s', async (_title, route) => {
    expect(await compareHidden(route, world.tokens.stranger, world.otherRows)).toEqual([]);
  });
});

const ofSites = named.filter((route) => route.access.scope === 'SCOPE_SITE' && route.path.startsWith('/s'));

describe('a row of another site can not be told from one that does not exist', () => {
  it.concurrent.each(titled(ofSites))('%s', async (_title, route) => {
    expect(await compareHidden(route, world.tokens.neighbour)).toEqual([]);
  });
});

/** Asks for hidden rows and missing ones, each id alone among the caller's `own` too; answers what tells them apart. */
async function compareHidden(route: Route, token: string, own?: Rows): Promise<string[]> {
  const hidden = pathValues(route, world.rows);
  const unknown = Object.fromEntries(idsOf(route).map((name) => [name, unknownLike(hidden[name] ?? '')]));
  const body = goodBody(route, own ?? world.rows);
  const compare = async (asked: Rows, names: readonly string[]): Promise<string[]> => {
    const pick = (values: Record<string, string>) => Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
    const [here, nowhere] = await Promise.all([
      ask(route, { token, path: fillPath(route, asked, pick(hidden)), body }),
      ask(route, { token, path: fillPath(route, asked, pick(unknown)), body }),
    ]);
    const ids = [...Object.values(hidden), ...Object.values(unknown)];
    const [shown, expected] = [withoutIds(here, ids), withoutIds(nowhere, ids)];
    return [
      ...complainUnless(here, 404),
      ...complainUnless(nowhere, 404),
      ...(shown === expected ? [] : [`${here.asked}: ${shown.slice(0, 300)} instead of ${expected.slice(0, 300)}`]),
    ];
  };
  const all = await compare(world.rows, idsOf(route));
  if (own === undefined || idsOf(route).length === 1) return all;
  const single = await Promise.all(idsOf(route).map((name) => compare(own, [name])));
  return [...all, ...single.flat()];
}

describe('an id that does not exist is 404', () => {
  const odd = ['x', '0', '%00', 'a%00b', '%F0%9F%90%99', '..%2F..%2Fetc', '%27%20or%201=1--', 'x'.repeat(300), 'x'.repeat(7000)];
  it.concurrent.each(titled(named))('%s', async (_title, route) => {
    const token = isPublic(route) ? undefined : world.tokens.owner;
    const values = pathValues(route, world.rows);
    const body = goodBody(route, world.rows);
    const answers = await Promise.all(
      idsOf(route).flatMap((name) =>
        [unknownLike(values[name] ?? ''), ...odd].map((value) =>
          ask(route, { token, body, path: fillPath(route, world.rows, { [name]: value }) }),
        ),
      ),
    );
    expect(answers.flatMap((answer) => complainUnless(answer, 404))).toEqual([]);
  });
});
void complainUnlessInvalid;
