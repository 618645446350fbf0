import { expect, it } from 'vitest';
import { readGatewayConfig } from './config.ts';

const peers = {
  LIDO_AVAILABILITY_ADDRESS: '127.0.0.1:1',
  LIDO_ORDERS_ADDRESS: '127.0.0.1:2',
  LIDO_CUSTOMERS_ADDRESS: '127.0.0.1:3',
  LIDO_MEMBERSHIPS_ADDRESS: '127.0.0.1:4',
  LIDO_CHECKIN_ADDRESS: '127.0.0.1:5',
};

it('needs the services’ addresses only', () => {
  const config = readGatewayConfig(peers);
  expect(config).toMatchObject({ listen: '127.0.0.1:8080', bodyBytesMax: 1048576 });
  expect(config.peers['checkin-gateway']).toBe('127.0.0.1:5');
});

it('names every setting that is wrong', () => {
  const env = { LIDO_HTTP_LISTEN: 'x', LIDO_TRUSTED_PROXIES: '10.0.0.0/33', LIDO_HTTP_BODY_BYTES_MAX: 'much' };
  for (const name of [...Object.keys(env), 'LIDO_ORDERS_ADDRESS']) {
    expect(() => readGatewayConfig(env)).toThrow(name);
  }
});

it('reads proxies as addresses and ranges of both families', () => {
  const { trustedProxies } = readGatewayConfig({ ...peers, LIDO_TRUSTED_PROXIES: '192.0.2.1, 10.0.0.0/8,fd00::/8' });
  expect(trustedProxies.check('10.255.0.1')).toBe(true);
  expect(trustedProxies.check('192.0.2.2')).toBe(false);
  expect(trustedProxies.check('fd12::1', 'ipv6')).toBe(true);
});
