import { loadImage } from '@lido/proto/image';
import { buildRoutes, type Route } from '@lido/runtime/rest/routes.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './support/client.ts';
import {
  complainOf,
  complainOfUnbounded,
  complainUnless,
  complainUnlessInvalid,
  refusedFields,
} from './support/complaints.ts';
import {
  ABSURD_DATES,
  absurdDate,
  type Hostility,
  hostileBody,
  hostileQuery,
  hugeNumber,
  LONG_TEXT,
  outOfRange,
  textOf,
  without,
  wrongType,
} from './support/hostile.ts';
import { ANY_SHAPES, everyField, ODD_FORMS, oddQueries, oddTexts, TEN_MEGABYTES } from './support/odd-values.ts';
import { referencesOf } from './support/references.ts';
import { bodyFields, fillPath, goodBody, goodQuery, idsOf, pathValues, unknownLike } from './support/requests.ts';
import type { Rows } from './support/row-types.ts';
import { steadyText, tellApart } from './support/tell-apart.ts';
import { startWorld, type World } from './support/world.ts';

const routes = buildRoutes(loadImage());
const isPublic = ({ access }: Route): boolean => access.kinds.includes('KIND_PUBLIC');
const isForStaff = ({ access }: Route): boolean => access.kinds.includes('KIND_STAFF');
const isForDevices = ({ access }: Route): boolean => access.kinds.includes('KIND_DEVICE');
const titled = (chosen: readonly Route[]): [string, Route][] =>
  chosen.map((route) => [`${route.verb} ${route.path}`, route]);
const named = routes.filter((route) => idsOf(route).length > 0);
const withBody = routes.filter((route) => route.body !== undefined);
const withQuery = routes.filter((route) => route.queryFields.length > 0);

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 300_000);
afterAll(() => world?.stop());

interface Asking {
  readonly token?: string | undefined;
  readonly path?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly text?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** Asks a route about the first organisation's rows, unless told otherwise. */
function ask(route: Route, { path, query, body, text, ...call }: Asking = {}): Promise<Answer> {
  const json = body === undefined ? goodBody(route, world.rows) : body;
  const content = text !== undefined ? { text } : json !== undefined ? { json } : {};
  const target = (path ?? fillPath(route, world.rows)) + (query ?? goodQuery(route, world.rows));
  return world.send(route.verb, target, { ...call, ...content });
}

/** A token that may do what the route does. */
function ownToken(route: Route): string {
  if (isForStaff(route)) return world.tokens.owner;
  return isForDevices(route) ? world.tokens.device : world.tokens.customer;
}

/** The same of the second organisation. */
function strangeToken(route: Route): string {
  if (isForStaff(route)) return world.tokens.stranger;
  return isForDevices(route) ? world.tokens.strangeDevice : world.tokens.strangeCustomer;
}

describe('whoever has no good token is refused', () => {
  it.concurrent.each(titled(routes.filter((route) => !isPublic(route))))('%s answers 401', async (_title, route) => {
    const { leaver, owner } = world.tokens;
    const tokens = [undefined, 'nobody', leaver, `${owner}x`, 'x'.repeat(5000), '"', 'a b'];
    const answers = await Promise.all([
      ...tokens.map((token) => ask(route, { token })),
      ask(route, { headers: { authorization: 'Basic b3duZXI6' } }),
      ask(route, { headers: { authorization: owner } }),
    ]);
    expect(answers.flatMap((answer) => complainUnless(answer, 401))).toEqual([]);
    expect(new Set(answers.map(steadyText)).size).toBe(1);
  });

  it.concurrent.each(titled(routes.filter(isPublic)))(
    '%s serves anybody, but no wrong token',
    async (_title, route) => {
      const [open, wrong] = await Promise.all([ask(route), ask(route, { token: 'nobody' })]);
      expect(complainOf(open)).toEqual([]);
      expect(open.status).not.toBe(401);
      expect(complainUnless(wrong, 401)).toEqual([]);
    },
  );
});

describe('the rows of the sweep are there', () => {
  const reads = named.filter(({ verb }) => verb === 'GET');
  it.concurrent.each(titled(reads))('%s shows them to the owner', async (_title, route) => {
    expect(complainUnless(await ask(route, { token: ownToken(route) }), 200)).toEqual([]);
  });
});

describe('a row of another organisation can not be told from one that does not exist', () => {
  // The catalogue is for everybody, and so is whatever a code that one holds does.
  const isOpen = ({ package: name, method }: Route): boolean =>
    name === 'lido.availability.v1' || method === 'ResolveCode';
  const isHidden = (route: Route): boolean => !(isPublic(route) && isOpen(route));
  it.concurrent.each(titled(named.filter(isHidden)))('%s', async (_title, route) => {
    expect(await compareHidden(route, strangeToken(route), world.otherRows)).toEqual([]);
  });
});

describe('a row of another site can not be told from one that does not exist', () => {
  const ofSites = named.filter((route) => route.access.scope === 'SCOPE_SITE' && isForStaff(route));
  it.concurrent.each(titled(ofSites))('%s', async (_title, route) => {
    expect(await compareHidden(route, world.tokens.neighbour)).toEqual([]);
  });
});

/** Asks for hidden rows and missing ones, each id alone among the caller's `own` too; answers what tells them apart. */
async function compareHidden(route: Route, token: string, own?: Rows): Promise<string[]> {
  const hidden = pathValues(route, world.rows);
  const unknown = Object.fromEntries(idsOf(route).map((name) => [name, unknownLike(hidden[name] ?? '')]));
  const [body, query] = [goodBody(route, own ?? world.rows), goodQuery(route, own ?? world.rows)];
  const compare = async (asked: Rows, names: readonly string[]): Promise<string[]> => {
    const pick = (values: Record<string, string>) =>
      Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
    const [here, nowhere] = await Promise.all([
      ask(route, { token, path: fillPath(route, asked, pick(hidden)), body, query }),
      ask(route, { token, path: fillPath(route, asked, pick(unknown)), body, query }),
    ]);
    return [
      ...complainUnless(here, 404),
      ...complainUnless(nowhere, 404),
      ...tellApart(here, nowhere, [...Object.values(hidden), ...Object.values(unknown)]),
    ];
  };
  const all = await compare(world.rows, idsOf(route));
  if (own === undefined || idsOf(route).length === 1) return all;
  const single = await Promise.all(idsOf(route).map((name) => compare(own, [name])));
  return [...all, ...single.flat()];
}

describe('a body or query that names a row of another organisation is answered as if there were none', () => {
  const naming = routes.filter((route) => !isPublic(route) && isForStaff(route) && referencesOf(route).length > 0);
  it.concurrent.each(titled(naming))('%s', async (_title, route) => {
    const complaints = referencesOf(route).map(async ({ json, name, shape, isInQuery }) => {
      const hidden = world.rows.inFields[name] ?? '';
      const unknown = unknownLike(hidden);
      const [here, nowhere] = await Promise.all(
        [hidden, unknown].map((id) =>
          isInQuery
            ? askStrange(route, { query: `?${json}=${id}` })
            : askStrange(route, {
                body: { ...goodBody(route, world.otherRows), [json]: shape === 'list' ? [id] : id },
              }),
        ),
      );
      if (!here || !nowhere) return [];
      const isTaken = !isInQuery && here.status < 300;
      return [
        ...complainOf(here),
        ...(isTaken ? [`${here.asked} took the ${json} of another organisation: ${here.text.slice(0, 100)}`] : []),
        ...(isTaken ? [] : tellApart(here, nowhere, [hidden, unknown])),
      ];
    });
    expect((await Promise.all(complaints)).flat()).toEqual([]);
  });
});

function askStrange(route: Route, asking: Asking): Promise<Answer> {
  return ask(route, {
    token: world.tokens.stranger,
    path: fillPath(route, world.otherRows),
    query: goodQuery(route, world.otherRows),
    body: goodBody(route, world.otherRows),
    ...asking,
  });
}

describe('who sees a row without holding the permission gets 403', () => {
  const staff = routes.filter((route) => isForStaff(route) && route.access.permission !== '');
  const beyond = (...held: string[]) => titled(staff.filter(({ access }) => !held.includes(access.permission)));

  it.concurrent.each(beyond('reservations.view'))('%s, who may view reservations only', async (_title, route) => {
    expect(complainUnless(await ask(route, { token: world.tokens.viewer }), 403)).toEqual([]);
  });

  it.concurrent.each(beyond('customers.view', 'customers.manage'))(
    '%s, who may manage customers only',
    async (_title, route) => {
      expect(complainUnless(await ask(route, { token: world.tokens.receptionist }), 403)).toEqual([]);
    },
  );

  const notForCustomers = routes.filter(({ access }) => !access.kinds.includes('KIND_CUSTOMER'));
  it.concurrent.each(titled(notForCustomers))('%s, who is a customer', async (_title, route) => {
    expect(complainUnless(await ask(route, { token: world.tokens.customer }), 403)).toEqual([]);
  });
});

describe('an id that does not exist is 404', () => {
  const odd = ['x', '0', '%00', 'a%00b', '%F0%9F%90%99', '..%2F..%2Fetc', '%27%20or%201=1--', '%ED%A0%80'];
  const long = ['x'.repeat(200), 'x'.repeat(201), 'x'.repeat(9000)];
  it.concurrent.each(titled(named))('%s', async (_title, route) => {
    const token = isPublic(route) ? undefined : ownToken(route);
    const values = pathValues(route, world.rows);
    const answers = await Promise.all(
      idsOf(route).flatMap((name) =>
        [unknownLike(values[name] ?? ''), ...odd, ...long].map((value) =>
          ask(route, { token, path: fillPath(route, world.rows, { [name]: value }) }),
        ),
      ),
    );
    expect(answers.flatMap((answer) => complainUnless(answer, 404))).toEqual([]);
  });
});

describe('what is not JSON is refused', () => {
  it.concurrent.each(titled(withBody))('%s answers 400 or 415', async (_title, route) => {
    const token = ownToken(route);
    const malformed = ['{', '{"a":', 'nul', "{'a':1}", '\u0000', '[1,', '{}}', Buffer.from([0x22, 0xff, 0x22])];
    const otherwise = ['[]', '"text"', '5', 'true', 'null', '[{}]'];
    const broken = await Promise.all([...malformed, ...otherwise].map((text) => ask(route, { token, text })));
    const foreign = await Promise.all(
      ['text/plain', 'application/xml', 'multipart/form-data', 'application/jsonx', ';'].map((type) =>
        ask(route, { token, text: '{}', headers: { 'content-type': type } }),
      ),
    );
    expect(broken.flatMap((answer) => complainUnless(answer, 400))).toEqual([]);
    expect(foreign.flatMap((answer) => complainUnless(answer, 415))).toEqual([]);
  });
});

/** Sends a body with the same hostility everywhere, and expects a sentence for each field. */
async function complainOfEach(route: Route, hostility: Hostility): Promise<string[]> {
  const { body, paths } = hostileBody(bodyFields(route), hostility);
  if (paths.length === 0) return [];
  return complainUnlessInvalid(await ask(route, { token: ownToken(route), body }), paths);
}

describe('every field that is wrong gets a sentence', () => {
  it.concurrent.each(titled(withBody))('%s names fields of the wrong type', async (_title, route) => {
    expect(await complainOfEach(route, wrongType)).toEqual([]);
  });

  it.concurrent.each(titled(withBody))('%s names dates no calendar has', async (_title, route) => {
    const complaints = await Promise.all(ABSURD_DATES.map((text) => complainOfEach(route, absurdDate(text))));
    expect(complaints.flat()).toEqual([]);
  });

  it.concurrent.each(titled(withBody))(
    '%s names numbers out of range and texts it can not keep',
    async (_title, route) => {
      const hostilities = [outOfRange, textOf('a\u0000b'), textOf('\ud800')];
      const complaints = await Promise.all(hostilities.map((hostility) => complainOfEach(route, hostility)));
      expect(complaints.flat()).toEqual([]);
    },
  );

  it.concurrent.each(titled(withQuery))('%s names wrong parameters', async (_title, route) => {
    const token = isPublic(route) ? undefined : ownToken(route);
    const queries = [wrongType, ...ABSURD_DATES.map(absurdDate), textOf('a\u0000b')].map((hostility) =>
      hostileQuery(route.queryFields, hostility),
    );
    const complaints = queries
      .filter(({ fields }) => fields.length > 0)
      .map(async ({ query, fields }) => complainUnlessInvalid(await ask(route, { token, query }), fields));
    expect((await Promise.all(complaints)).flat()).toEqual([]);
  });
});

/** Sends a good body with hostile values; what the gateway names as wrong is left out, until the service gets the rest. */
async function complainOfRest(route: Route, hostility: Hostility): Promise<string[]> {
  const { body, paths } = hostileBody(bodyFields(route), hostility);
  if (paths.length === 0) return [];
  const good = goodBody(route, world.rows) ?? {};
  let hostile = body;
  for (;;) {
    const answer = await ask(route, { token: ownToken(route), body: { ...good, ...hostile } });
    const rest = without(hostile, refusedFields(answer));
    if (Object.keys(rest).length === Object.keys(hostile).length) return complainOfUnbounded(answer);
    hostile = rest;
  }
}

describe('nothing a body or query holds is a failure of ours', () => {
  it.concurrent.each(titled(withBody))('%s bears long texts and big numbers', async (_title, route) => {
    const hostilities = [
      ...[LONG_TEXT, 'x'.repeat(300), '', '\u202e', "'; drop table users; --"].map(textOf),
      ...[2 ** 31 - 1, -(2 ** 31), Number.MAX_SAFE_INTEGER, -1, 0, 1e-9].map(hugeNumber),
    ];
    const complaints = await Promise.all(hostilities.map((hostility) => complainOfRest(route, hostility)));
    expect(complaints.flat()).toEqual([]);
  });

  it.concurrent.each(titled(withBody))('%s bears any shape of each field', async (_title, route) => {
    const fields = bodyFields(route);
    const token = ownToken(route);
    const answers = await Promise.all([
      ...ANY_SHAPES.map((shape) => ask(route, { token, body: everyField(fields, shape) })),
      ...fields.map((field) => ask(route, { token, body: { ...goodBody(route, world.rows), [field.json]: null } })),
      ...oddTexts(fields).map((text) => ask(route, { token, text })),
      ...ODD_FORMS.map((text) =>
        ask(route, { token, text, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      ),
    ]);
    expect(answers.flatMap(complainOf)).toEqual([]);
  });

  it.concurrent.each(titled(withBody))('%s refuses ten megabytes', async (_title, route) => {
    const answer = await ask(route, { token: ownToken(route), text: TEN_MEGABYTES });
    expect(complainUnless(answer, 413)).toEqual([]);
  });

  it.concurrent.each(titled(withQuery))('%s bears any parameter', async (_title, route) => {
    const token = isPublic(route) ? undefined : ownToken(route);
    const names = route.queryFields.map(({ json }) => json);
    const required = goodQuery(route, world.rows).slice(1);
    const answers = await Promise.all(
      oddQueries(names).map((query) => ask(route, { token, query: `${query}&${required}` })),
    );
    expect(answers.flatMap(complainOf)).toEqual([]);
  });
});

describe('what is not in the contract is 404', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/nonsense'],
    ['GET', '//sites'],
    ['GET', '/sites/../sites'],
    ['GET', '/SITES'],
    ['GET', '/sites/%2e%2e/x/y'],
    ['GET', '/shop'],
    ['GET', '/shop/rooms/a/b/c'],
    ['GET', '/sites/%E0%A4%A'],
    ['GET', `/${'x'.repeat(8000)}`],
    ['PATCH', '/sites'],
    ['TRACE', '/sites'],
    ['PUT', '/token-info'],
    ['DELETE', '/sites'],
    ['POST', '/token-info'],
  ])('%s %s', async (verb, path) => {
    const { send, tokens } = world;
    const answers = await Promise.all([send(verb, path), send(verb, path, { token: tokens.owner })]);
    expect(answers.flatMap((answer) => complainUnless(answer, 404))).toEqual([]);
  });
});

describe('any page may ask whether it may call', () => {
  it.concurrent.each(titled(routes))('%s', async (_title, route) => {
    const headers = { origin: 'https://spa.example', 'access-control-request-method': route.verb };
    const answer = await world.send('OPTIONS', fillPath(route, world.rows), { headers });
    expect(complainUnless(answer, 204)).toEqual([]);
    expect(answer.headers['access-control-allow-methods']).toContain(route.verb);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });
});
