import { describe, expect, test } from 'vitest';
import { isPublicAddress, urlComplaint } from './public-address.client.ts';

describe('an address of the public internet', () => {
  test.each(['1.1.1.1', '172.15.255.255', '172.32.0.1', '100.63.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    ...['127.0.0.1', '127.9.9.9', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ...['100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '192.0.2.7', '198.18.0.1'],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
    ],
    ...['2001:db8::1', '2002:7f00:1::', 'example.com', '', '127.1'],
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the URL of an action', () => {
  const allowed = new Set(['hooks.local', '127.0.0.1:9000']);
  test.each(['https://example.com/hook', 'http://hooks.local/x', 'http://127.0.0.1:9000/x', 'https://1.1.1.1/'])(
    'may be %s',
    (url) => expect(urlComplaint(url, allowed)).toBeUndefined(),
  );

  test.each([
    ...['http://example.com/', 'ftp://example.com/', 'example.com', 'https://', 'https://user:pw@example.com/'],
    ...['https://127.0.0.1/', 'https://127.1/', 'https://0x7f.0.0.1/', 'https://2130706433/', 'https://[::1]/'],
    ...['https://[::ffff:10.0.0.1]/', 'https://localhost/', 'https://a.localhost/', 'http://127.0.0.1:9001/x'],
    ...['https://169.254.169.254/latest', 'javascript:alert(1)', 'file:///etc/passwd'],
  ])('may not be %s', (url) => expect(urlComplaint(url, allowed)).toEqual(expect.any(String)));
});
