import { randomUUID } from 'node:crypto';
import { apiAt, type Row } from '../../../tools/seed/api.ts';
import { freshSystem, type TestSystem } from '../../support/system.ts';
import { type Client, connectClient, type Send } from './client.ts';
import type { Rows } from './row-types.ts';
import { addRows } from './rows.ts';
import { addCustomerToken, addOrganisation } from './tenants.ts';

/** A running system with two organisations that know nothing of each other, and callers of every sort. */
export interface World {
  readonly send: Send;
  /** The rows the sweep goes for; they belong to the first organisation. */
  readonly rows: Rows;
  /** The second organisation's own. */
  readonly otherRows: Rows;
  readonly tokens: Readonly<Record<Caller, string>>;
  stop(): Promise<void>;
}

export type Caller =
  /** May do everything in the first organisation. */
  | 'owner'
  /** May do everything in the second. */
  | 'stranger'
  /** Holds everything, but at another site of the first organisation. */
  | 'neighbour'
  /** Holds reservations.view at the site and nothing else. */
  | 'viewer'
  /** Holds customers.view and customers.manage at the site. */
  | 'receptionist'
  /** A member of the first organisation's brand who has signed in. */
  | 'customer'
  /** One of the second. */
  | 'strangeCustomer'
  /** The reader of the first organisation's rows. */
  | 'device'
  /** One of the second. */
  | 'strangeDevice'
  /** Its token was good once. */
  | 'leaver';

/** Starts and fills the system. */
export async function startWorld(): Promise<World> {
  const system = await freshSystem();
  const client = connectClient(system.baseUrl);
  const stop = () => stopWorld(system, client);
  try {
    const stranger = await addOrganisation(system.databaseUrl('customers'));
    const owner = system.bootstrapToken;
    const [rows, otherRows] = await Promise.all([addRows(system.baseUrl, owner, 5), addRows(system.baseUrl, stranger)]);
    const tokens = {
      owner,
      stranger,
      customer: await addSignedIn(system, rows),
      strangeCustomer: await addSignedIn(system, otherRows),
      device: await addDeviceToken(apiAt(system.baseUrl, owner), rows),
      strangeDevice: await addDeviceToken(apiAt(system.baseUrl, stranger), otherRows),
      ...(await addStaff(system, rows, owner)),
    };
    return { send: client.send, rows, otherRows, tokens, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopWorld(system: TestSystem, client: Client): Promise<void> {
  await client.close();
  await system.drop();
}

async function addStaff(system: TestSystem, { inFields }: Rows, owner: string) {
  const api = apiAt(system.baseUrl, owner);
  const { site_id: site = '' } = inFields;
  const elsewhere = await api.post('/sites', { name: 'Elsewhere', timezone: 'Europe/London', currency: 'GBP' });
  const { sites } = await api.get<{ sites: (Row & { permissions: string[] })[] }>('/token-info');
  const everything = sites[0]?.permissions ?? [];
  const addUser = async (grants: object[]): Promise<string> => {
    const { id } = await api.post('/users', { name: 'Some one', email: `${randomUUID()}@example.com`, grants });
    const { token } = await api.post<Row & { token: string }>(`/users/${id}/tokens`, { name: 'Test' });
    return token;
  };
  return {
    neighbour: await addUser([{ site_id: elsewhere.id, permissions: everything }]),
    viewer: await addUser([{ site_id: site, permissions: ['reservations.view'] }]),
    receptionist: await addUser([{ site_id: site, permissions: ['customers.view', 'customers.manage'] }]),
    leaver: await addLeaver(api),
  };
}

function addSignedIn(system: TestSystem, { inFields }: Rows): Promise<string> {
  const { organisation_id: organisation = '', customer_id: customer = '' } = inFields;
  return addCustomerToken(system.databaseUrl('customers'), organisation, customer);
}

async function addDeviceToken(api: ReturnType<typeof apiAt>, { inPaths }: Rows): Promise<string> {
  const { token } = await api.post<Row & { token: string }>(`/devices/${inPaths['/devices/{}']}/token`);
  return token;
}

async function addLeaver(api: ReturnType<typeof apiAt>): Promise<string> {
  const { id } = await api.post('/users', { name: 'Gone', email: 'gone@example.com', grants: [] });
  const issued = await api.post<Row & { token: string }>(`/users/${id}/tokens`, { name: 'Test' });
  await api.delete(`/users/${id}/tokens/${issued.id}`);
  return issued.token;
}
