import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Arrival, findClientAddress, findOrigin, isLoopback, isSecure } from './client-address.ts';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8, 'ipv4');
proxies.addAddress('fd00::1', 'ipv6');

const arrival = (peerAddress: string, headers: Record<string, string> = {}, isEncrypted = false): Arrival => ({
  peerAddress,
  isEncrypted,
  headers,
});

describe('isSecure', () => {
  it.each([
    ['HTTPS from anywhere', arrival('203.0.113.9', {}, true), true],
    ['loopback', arrival('127.0.0.1'), true],
    ['loopback of IPv6', arrival('::1'), true],
    ['loopback on a socket of both families', arrival('::ffff:127.0.0.1'), true],
    ['plain HTTP from elsewhere', arrival('203.0.113.9'), false],
    ['a stranger that claims HTTPS', arrival('203.0.113.9', { 'x-forwarded-proto': 'https' }), false],
    ['a named proxy that says nothing', arrival('10.1.2.3'), false],
    ['a named proxy that says http', arrival('10.1.2.3', { 'x-forwarded-proto': 'http' }), false],
    ['a named proxy that says https', arrival('10.1.2.3', { 'x-forwarded-proto': 'https' }), true],
    ['a named proxy on a socket of both families', arrival('::ffff:10.1.2.3', { 'x-forwarded-proto': 'HTTPS' }), true],
    ['a named proxy of IPv6', arrival('fd00::1', { 'x-forwarded-proto': 'https' }), true],
    ['a proxy whose client came over http', arrival('10.1.2.3', { 'x-forwarded-proto': 'http, https' }), false],
    ['no address at all', arrival(''), false],
  ])('%s', (_title, given, expected) => {
    expect(isSecure(given, proxies)).toBe(expected);
  });

  it('knows the whole of 127/8 as loopback, and nothing that only looks like it', () => {
    expect(isLoopback('127.8.9.1')).toBe(true);
    expect(isLoopback('1.127.0.0')).toBe(false);
  });
});

describe('findOrigin', () => {
  it('believes forwarded headers of a named proxy only', () => {
    const headers = { host: 'inner:8080', 'x-forwarded-host': 'spa.example', 'x-forwarded-proto': 'https' };
    expect(findOrigin(arrival('10.1.2.3', headers), proxies, 'x')).toBe('https://spa.example');
    expect(findOrigin(arrival('127.0.0.1', headers), proxies, 'x')).toBe('http://inner:8080');
  });

  it('falls back where the host is none', () => {
    expect(findOrigin(arrival('127.0.0.1', { host: 'a b"<' }), proxies, '127.0.0.1:80')).toBe('http://127.0.0.1:80');
    expect(findOrigin(arrival('127.0.0.1', { host: '[::1]:80' }), proxies, 'x')).toBe('http://[::1]:80');
  });
});

describe('findClientAddress', () => {
  it.each([
    ['nobody between', arrival('203.0.113.9'), '203.0.113.9'],
    ['a socket of both families', arrival('::ffff:203.0.113.9'), '203.0.113.9'],
    ['a stranger who forwards', arrival('203.0.113.9', { 'x-forwarded-for': '1.2.3.4' }), '203.0.113.9'],
    ['a named proxy', arrival('10.1.2.3', { 'x-forwarded-for': '203.0.113.9' }), '203.0.113.9'],
    [
      'a client that makes up where it comes from',
      arrival('10.1.2.3', { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' }),
      '203.0.113.9',
    ],
    ['two named proxies', arrival('10.1.2.3', { 'x-forwarded-for': '203.0.113.9, 10.9.9.9' }), '203.0.113.9'],
    ['a named proxy that says nothing', arrival('10.1.2.3'), '10.1.2.3'],
    ['a subscriber of IPv6', arrival('2001:db8:0:7::9'), '2001:db8:0:7'],
    ['a named proxy that says nonsense', arrival('10.1.2.3', { 'x-forwarded-for': 'here' }), '10.1.2.3'],
  ])('with %s', (_title, given, expected) => {
    expect(findClientAddress(given, proxies)).toBe(expected);
  });
});
