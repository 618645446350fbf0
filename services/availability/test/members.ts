import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { MembershipServiceService } from '@lido/proto/lido/memberships/v1/membership.ts';
import { MembershipTypeServiceService } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { freshDatabase, natsUrl } from '../../../test/support/servers.ts';
import { freePort, localHost } from '../../../tools/local/ports.ts';
import { start } from '../../memberships/src/start.ts';
import { newMembership, newType } from '../../memberships/test/builders.ts';
import { startWorld, type World } from './world.ts';

/** A world with the memberships service, where customers can be members. */
export interface MembersWorld extends World {
  /** Adds a customer, and answers the id. */
  join(as: 'member' | 'stranger'): Promise<string>;
}

/** Starts the world and memberships beside it, on a database of its own. */
export async function startMembersWorld(): Promise<MembersWorld> {
  const address = `${localHost}:${await freePort()}`;
  const world = await startWorld({ env: { LIDO_MEMBERSHIPS_ADDRESS: address } });
  const database = await freshDatabase();
  const service = await start({
    LIDO_DATABASE_URL: database.url,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: world.streamPrefix,
    LIDO_LOG_LEVEL: 'error',
    LIDO_GRPC_LISTEN: address,
    LIDO_CUSTOMERS_ADDRESS: world.customersAddress,
  });
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const client = connectTo(address, { name: 'memberships', telemetry });
  const customersClient = connectTo(world.customersAddress, { name: 'customers', telemetry });
  const memberships = peerOf(MembershipServiceService, client);
  const { id: typeId, rates } = await peerOf(MembershipTypeServiceService, client).createMembershipType(
    newType(),
    world.staff,
  );
  const plan = { typeId, rateId: rates[0]?.id ?? '' };
  return {
    ...world,
    join: async (as) => {
      const { id: customerId } = await peerOf(CustomerServiceService, customersClient).createCustomer(
        { siteId: world.siteId, firstName: 'Ada', lastName: 'Byron', marketingPreferenceIds: [] },
        world.staff,
      );
      if (as === 'stranger') return customerId;
      const { id } = await memberships.createMembership(newMembership(plan, { customerId }), world.staff);
      await memberships.confirmMembership({ id }, world.staff);
      return customerId;
    },
    stop: async () => {
      client.close();
      customersClient.close();
      await service.stop();
      await telemetry.stop();
      await world.stop();
      await database.drop();
    },
  };
}
