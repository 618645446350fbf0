import { expect, test } from 'vitest';
import { planServices } from './services.ts';

const options = {
  databaseUrl: (name: string): string => `postgres://host/lido_${name}`,
  natsUrl: 'nats://host:1',
  httpPort: 8080,
  readersPort: 8081,
  env: { LIDO_LOG_LEVEL: 'warn' },
};

test('each service gets a database of its own, and the gateway none', async () => {
  const plan = await planServices(options);
  expect(Object.fromEntries(plan.map(({ name, env }) => [name, env.LIDO_DATABASE_URL]))).toEqual({
    customers: 'postgres://host/lido_customers',
    availability: 'postgres://host/lido_availability',
    memberships: 'postgres://host/lido_memberships',
    orders: 'postgres://host/lido_orders',
    'checkin-gateway': 'postgres://host/lido_checkin',
    'api-gateway': undefined,
  });
});

test('every service is told the address each gRPC server listens on', async () => {
  const plan = await planServices(options);
  const listening = Object.fromEntries(plan.map(({ name, env }) => [name, env.LIDO_GRPC_LISTEN]));
  for (const { env } of plan) {
    expect(env).toMatchObject({
      LIDO_CUSTOMERS_ADDRESS: listening.customers,
      LIDO_AVAILABILITY_ADDRESS: listening.availability,
      LIDO_MEMBERSHIPS_ADDRESS: listening.memberships,
      LIDO_ORDERS_ADDRESS: listening.orders,
      LIDO_CHECKIN_ADDRESS: listening['checkin-gateway'],
      LIDO_LOG_LEVEL: 'warn',
      LIDO_NATS_URL: 'nats://host:1',
    });
  }
  expect(new Set(Object.values(listening)).size).toBe(plan.length);
});

test('the gateway comes last and is reached at the HTTP port', async () => {
  const last = (await planServices(options)).at(-1);
  expect(last).toMatchObject({ name: 'api-gateway', address: '127.0.0.1:8080' });
  expect(last?.env.LIDO_HTTP_LISTEN).toBe('127.0.0.1:8080');
});
