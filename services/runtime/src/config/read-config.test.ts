import { expect, test } from 'vitest';
import { readConfig, serviceConfig } from './read-config.ts';

const good = { LIDO_DATABASE_URL: 'postgres://localhost/x', LIDO_NATS_URL: 'nats://localhost' };

test('every bad key is named at once', () => {
  expect(() => readConfig(serviceConfig, { LIDO_GRPC_LISTEN: 'nowhere', LIDO_LOG_LEVEL: 'loud' }, 'orders')).toThrow(
    /orders[\s\S]*LIDO_DATABASE_URL[\s\S]*LIDO_NATS_URL[\s\S]*LIDO_GRPC_LISTEN[\s\S]*LIDO_LOG_LEVEL/,
  );
});

test('an empty value counts as absent and takes the default', () => {
  const config = readConfig(serviceConfig, { ...good, LIDO_LOG_LEVEL: '', LIDO_GRPC_LISTEN: '' }, 'orders');
  expect(config).toMatchObject({ LIDO_LOG_LEVEL: 'info', LIDO_GRPC_LISTEN: '127.0.0.1:0', LIDO_MOVABLE_CLOCK: false });
});
