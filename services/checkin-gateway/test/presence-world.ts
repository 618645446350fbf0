import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { randomUUID } from 'node:crypto';
import { type Api, apiAt, type Row } from '../../../tools/seed/api.ts';
import { type Answer, type Call, connectClient } from '../../../test/contract/support/client.ts';
import { addCustomerToken, addOrganisation } from '../../../test/contract/support/tenants.ts';
import { freshSystem, type TestSystem } from '../../../test/support/system.ts';

/** A request that an action has made. */
export interface HookCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: {
    action: Row;
    input: Record<string, unknown>;
    context: Record<string, unknown> & { trigger: string };
  };
}

/** Where actions call; it answers 200 unless told otherwise. */
export interface Hooks {
  readonly url: string;
  readonly calls: HookCall[];
  /** How the next calls of a path are answered. */
  answer(path: string, status: number, body?: object): void;
  /** Leaves the next calls of a path without an answer. */
  stall(path: string): void;
  /** The triggers told of something, in the order of the calls. */
  triggersOf(checkinId: string): string[];
  stop(): Promise<void>;
}

/** A place in a session that an order has booked. */
export interface Booking {
  readonly order: string;
  readonly item: string;
  readonly session: string;
  /** What is to be paid, in the smallest unit. */
  readonly amount: number;
}

/** The whole system with a site, a room and customers, over REST. */
export interface PresenceWorld {
  readonly system: TestSystem;
  readonly hooks: Hooks;
  readonly api: Api;
  readonly organisation: string;
  readonly site: string;
  readonly room: string;
  readonly customer: string;
  readonly tokens: {
    readonly owner: string;
    readonly customer: string;
    readonly otherCustomer: string;
    readonly stranger: string;
  };
  /** Calls as the owner, unless a token is given. */
  send(verb: string, path: string, json?: unknown, call?: Call): Promise<Answer>;
  addRoom(): Promise<string>;
  addCustomer(): Promise<string>;
  /** Another staff user with these permissions at the site. */
  addStaff(permissions: string[]): Promise<string>;
  /** An action of the owner's; `url` is a path of the hooks. */
  addAction(fields: Record<string, unknown>): Promise<string>;
  /** A session that begins in some minutes, and a submitted order of a customer for it that is not paid. */
  addBooking(customer: string, minutesAhead: number): Promise<Booking>;
  /** The same with the session chosen in a package. */
  addPackageBooking(customer: string, minutesAhead: number): Promise<Booking>;
  bind(action: string, objectId: string, input?: object): Promise<void>;
  stop(): Promise<void>;
}

/** A check-in's body at a bookable. */
export function checkinAt(objectId: string, fields: object = {}): object {
  const times = { starts_at: '2026-05-15T08:00:00Z', ends_at: '2026-05-15T09:00:00Z' };
  return { ...times, object_type: 'public.bookable', object_id: objectId, ...fields };
}

interface Order extends Row {
  readonly booking_items: readonly Row[];
  readonly package_items: readonly { readonly package_items: readonly Row[] }[];
  readonly outstanding_payment_amount: number;
}

interface Package extends Row {
  readonly item_choices: readonly (Row & { readonly options: readonly Row[] })[];
}

/** Puts a session into a basket. */
type Adding = (order: string, session: { id: string; start: string }) => Promise<void>;

/** The data of an answer's envelope. */
export function dataOf(answer: Answer): Row {
  if (answer.status >= 400) throw new Error(`${answer.asked} answered ${answer.status}: ${answer.text}`);
  return answer.body?.['data'] as Row;
}

/** Starts it. */
export async function startPresenceWorld(): Promise<PresenceWorld> {
  const hooks = await startHooks();
  const system = await freshSystem({ env: { LIDO_ACTION_HOSTS: new URL(hooks.url).host, LIDO_LOG_LEVEL: 'fatal' } });
  const client = connectClient(system.baseUrl);
  const owner = system.bootstrapToken;
  const api = apiAt(system.baseUrl, owner);
  const site = await api.post('/sites', { name: 'Harbour Spa', timezone: 'Europe/London', currency: 'GBP' });
  const organisation = String(site['organisation_id']);
  const addRoom = async () => (await api.post('/shop/rooms', { site_id: site.id, name: 'Lotus' })).id;
  const addCustomer = async () =>
    (await api.post('/customers/customers', { site_id: site.id, first_name: 'Ada', last_name: 'Byron' })).id;
  const send: PresenceWorld['send'] = (verb, path, json, call) =>
    client.send(verb, path, { token: owner, ...(json === undefined ? {} : { json }), ...call });
  const [customer, otherCustomer] = [await addCustomer(), await addCustomer()];
  const customersDatabase = system.databaseUrl('customers');
  const type = await api.post('/shop/session-types', { site_id: site.id, name: 'Yoga', duration: 60 });
  await api.post(`/shop/session-types/${type.id}/price-rules`, { weekdays: [], price: 2_000 });
  const spaDay = await api.post<Package>('/shop/packages', {
    ...{ site_id: site.id, name: 'Spa day', price_rules: [{ price: 5_000 }] },
    item_choices: [{ name: 'Class', offering_type: 'session', options: [{ offering: { id: type.id } }] }],
  });
  const sell = async (customerId: string, minutesAhead: number, add: Adding): Promise<Booking> => {
    const start = new Date(Math.ceil(Date.now() / 60_000 + minutesAhead) * 60_000).toISOString();
    const session = await api.post('/shop/sessions', { session_type_id: type.id, start_time: start, capacity: 4 });
    const { id: order } = await api.post('/shop/basket', { site_id: site.id });
    const contact = { id: customerId, first_name: 'Ada', last_name: 'Byron', email: 'ada@example.com' };
    await api.post(`/shop/basket/${order}/customer`, contact);
    await add(order, { id: session.id, start });
    const submitted = await api.post<Order>(`/shop/orders/${order}/submit`);
    const { id = '' } = submitted.booking_items[0] ?? submitted.package_items[0]?.package_items[0] ?? {};
    return { order, item: id, session: session.id, amount: submitted.outstanding_payment_amount };
  };
  const stranger = await addOrganisation(customersDatabase);
  const elsewhere = { name: 'Elsewhere', timezone: 'Europe/London', currency: 'GBP' };
  await apiAt(system.baseUrl, stranger).post('/sites', elsewhere);
  const { user } = await api.get<{ user: Row }>('/token-info');
  return {
    ...{ system, hooks, api, organisation, customer, send, addRoom, addCustomer },
    site: site.id,
    room: await addRoom(),
    tokens: {
      owner,
      customer: await addCustomerToken(customersDatabase, organisation, customer),
      otherCustomer: await addCustomerToken(customersDatabase, organisation, otherCustomer),
      stranger,
    },
    addStaff: async (permissions) => {
      const grants = [{ site_id: site.id, permissions }];
      const { id } = await api.post('/users', { name: 'Staff', email: `${randomUUID()}@example.com`, grants });
      return String((await api.post(`/users/${id}/tokens`, { name: 'Test' }))['token']);
    },
    addAction: async ({ url, ...fields }) => {
      const target = typeof url === 'string' ? { url: hooks.url + url } : {};
      const body = { name: 'Hook', trigger: 'checkin_created', owner_id: user.id, ...target, ...fields };
      return (await api.post('/action', body)).id;
    },
    addBooking: (customerId, minutesAhead) =>
      sell(customerId, minutesAhead, async (order, session) => {
        const item = { offering_type: 'session', offering_id: type.id, session_id: session.id };
        await api.post(`/shop/basket/${order}/items`, item);
      }),
    addPackageBooking: (customerId, minutesAhead) =>
      sell(customerId, minutesAhead, async (order, { id, start }) => {
        const line = { offering_type: 'package', offering_id: spaDay.id, time: start };
        const { items } = await api.post<{ items: readonly Row[] } & Row>(`/shop/basket/${order}/items`, line);
        const [choice] = spaDay.item_choices;
        await api.put(`/shop/basket/${order}/items/${items[0]?.id}/package-items`, {
          ...{ choice_id: choice?.id, option_id: choice?.options[0]?.id, time: start },
          item_configuration: { session_id: id },
        });
      }),
    bind: async (action, objectId, input = {}) => {
      await api.post(`/action/${action}/object`, { object_type: 'public.bookable', object_id: objectId, input });
    },
    stop: async () => {
      await client.close();
      await system.drop();
      await hooks.stop();
    },
  };
}

async function startHooks(): Promise<Hooks> {
  const calls: HookCall[] = [];
  const answers = new Map<string, { status: number; body: object }>();
  const stalled = new Set<string>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readAll(request);
    const path = request.url ?? '';
    calls.push({ path, headers: request.headers, text, body: JSON.parse(text) as HookCall['body'] });
    if (stalled.has(path)) return;
    const { status, body } = answers.get(path) ?? { status: 200, body: {} };
    response
      .writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' })
      .end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void serve(request, response));
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: (path, status, body = {}) => void answers.set(path, { status, body }),
    stall: (path) => void stalled.add(path),
    triggersOf: (checkinId) =>
      calls
        .filter(({ body }) => (body.context['checkin'] as Row | undefined)?.id === checkinId)
        .map(({ body }) => body.context.trigger),
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
