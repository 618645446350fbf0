import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from 'undici';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { start } from '../src/start.ts';
import { type SpecimenServer, startSpecimenServer } from './support/specimen-server.ts';

let server: SpecimenServer;
let gateway: RunningService;

beforeAll(async () => {
  server = await startSpecimenServer();
  gateway = await start({
    LIDO_HTTP_LISTEN: '127.0.0.1:0',
    LIDO_AVAILABILITY_ADDRESS: server.address,
    LIDO_ORDERS_ADDRESS: server.address,
    LIDO_CUSTOMERS_ADDRESS: server.address,
    LIDO_MEMBERSHIPS_ADDRESS: server.address,
    LIDO_CHECKIN_ADDRESS: server.address,
    LIDO_LOG_LEVEL: 'silent',
  });
});
afterAll(async () => {
  await gateway.stop();
  server.stop();
});

const statusOf = async (path: string): Promise<number> => {
  const answer = await request(`http://${gateway.address}${path}`);
  await answer.body.dump();
  return answer.statusCode;
};

describe('start', () => {
  it('serves the whole contract, each operation by a service that has it', async () => {
    expect(gateway.name).toBe('api-gateway');
    expect(await statusOf('/shop/rooms')).toBe(401);
  });

  it('never serves the specimens of our tests', async () => {
    expect(await statusOf('/testing/specimens')).toBe(404);
  });

  it('refuses an address that is taken', async () => {
    const env = { LIDO_HTTP_LISTEN: gateway.address, LIDO_LOG_LEVEL: 'silent' };
    const peers = ['AVAILABILITY', 'ORDERS', 'CUSTOMERS', 'MEMBERSHIPS', 'CHECKIN'];
    const addresses = Object.fromEntries(peers.map((peer) => [`LIDO_${peer}_ADDRESS`, server.address]));
    await expect(start({ ...env, ...addresses })).rejects.toThrow(/EADDRINUSE/);
  });
});
