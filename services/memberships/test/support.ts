import { join } from 'node:path';
import {
  type CreateCustomerRequest,
  type Customer,
  CustomerServiceService,
} from '@lido/proto/lido/customers/v1/customer.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import {
  type CreateMembershipRequest,
  type Membership,
  MembershipServiceService,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import {
  type CreateMembershipTypeRequest,
  MembershipTypeServiceService,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry, type Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { staff, type TestCaller } from '../../../test/support/callers.ts';
import { openFirstSite } from '../../../test/support/first-site.ts';
import { freshDatabase, natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { root } from '../../../tools/local/folders.ts';
import { freePort, localHost } from '../../../tools/local/ports.ts';
import { startInProcess } from '../../../tools/start/in-process.ts';
import { start } from '../src/start.ts';
import { newMembership, newType } from './builders.ts';

/** Memberships beside the real customers service, each on a database of its own. */
export interface TestServices {
  readonly prefix: string;
  readonly telemetry: Telemetry;
  /** The connection to memberships. */
  readonly client: RawClient;
  /** Somebody who may do everything at the site. */
  readonly caller: TestCaller;
  readonly site: Site;
  /** Rpcs of memberships. */
  peer<D extends object>(definition: D): Peer<D>;
  /** Rpcs of customers. */
  customersPeer<D extends object>(definition: D): Peer<D>;
  addCustomer(fields?: Partial<CreateCustomerRequest>): Promise<Customer>;
  stopCustomers(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both services and opens a site. */
export async function startServices(): Promise<TestServices> {
  const [database, customersDatabase] = await Promise.all([freshDatabase(), freshDatabase()]);
  const [prefix, token] = [randomPrefix(), randomPrefix()];
  const telemetry = startTelemetry({ service: 'memberships-test', logLevel: 'silent' });
  const address = `${localHost}:${await freePort()}`;
  const shared = {
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: prefix,
    LIDO_LOG_LEVEL: 'error',
    LIDO_BOOTSTRAP_TOKEN: token,
    LIDO_MEMBERSHIPS_ADDRESS: address,
  };
  const plan = [{ name: 'customers', address: '', env: { ...shared, LIDO_DATABASE_URL: customersDatabase.url } }];
  const [customers] = await startInProcess(plan, { servicesDir: join(root, 'services'), log: () => {} });
  if (customers === undefined) throw new Error('The customers service did not start.');
  const service = await start({
    ...shared,
    LIDO_DATABASE_URL: database.url,
    LIDO_GRPC_LISTEN: address,
    LIDO_CUSTOMERS_ADDRESS: customers.address,
  });
  const client = connectTo(service.address, { name: 'memberships', telemetry });
  const customersClient = connectTo(customers.address, { name: 'customers', telemetry });
  const customersPeer = <D extends object>(definition: D): Peer<D> => peerOf(definition, customersClient);
  const { staff: caller, site } = await openFirstSite(customersClient, token);
  return {
    prefix,
    telemetry,
    client,
    caller,
    site,
    peer: (definition) => peerOf(definition, client),
    customersPeer,
    addCustomer: (fields = {}) =>
      customersPeer(CustomerServiceService).createCustomer(
        { siteId: site.id, firstName: 'Ada', lastName: 'Byron', marketingPreferenceIds: [], ...fields },
        caller,
      ),
    stopCustomers: () => customers.stop(),
    stop: async () => {
      client.close();
      customersClient.close();
      await service.stop();
      await customers.stop();
      await telemetry.stop();
      await Promise.all([database.drop(), customersDatabase.drop()]);
    },
  };
}

/** A membership type and its first rate. */
export interface Plan {
  readonly typeId: string;
  readonly rateId: string;
}

/** The services, and what tests of memberships do with them all the time. */
export interface MembershipDesk extends TestServices {
  readonly memberships: Peer<typeof MembershipServiceService>;
  /** Somebody who may do everything in another organisation. */
  readonly stranger: TestCaller;
  /** For up to two people. */
  readonly plan: Plan;
  addPlan(fields?: Partial<CreateMembershipTypeRequest>): Promise<Plan>;
  /** Reserves a membership for a new customer, of the desk's plan or the given one. */
  reserve(fields?: Partial<CreateMembershipRequest>, of?: Plan): Promise<Membership>;
  confirm(membership: Membership): Promise<Membership>;
}

/** Starts both services and adds a plan. */
export async function openDesk(): Promise<MembershipDesk> {
  const services = await startServices();
  const { caller, site } = services;
  const memberships = services.peer(MembershipServiceService);
  const types = services.peer(MembershipTypeServiceService);
  const addPlan = async (fields: Partial<CreateMembershipTypeRequest> = {}): Promise<Plan> => {
    const { id, rates } = await types.createMembershipType(newType(fields), caller);
    if (rates[0] === undefined) throw new Error('A new type has a rate.');
    return { typeId: id, rateId: rates[0].id };
  };
  const plan = await addPlan({ maxMembers: 2 });
  return {
    ...services,
    memberships,
    stranger: staff({ ...site, organisationId: 'another-organisation' }, [site.id]),
    plan,
    addPlan,
    reserve: async (fields = {}, of = plan) => {
      const { id: customerId } = await services.addCustomer();
      return memberships.createMembership(newMembership(of, { customerId, ...fields }), caller);
    },
    confirm: ({ id }) => memberships.confirmMembership({ id }, caller),
  };
}
