import { BlockList, isIP } from 'node:net';

/** What is not an address of the public internet: private, loopback, link-local, shared, reserved, multicast, and IPv6 forms that hold an IPv4 address. */
const closed = new BlockList();
for (const [network, prefix] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
  ] as const),
  ...([
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const),
] as const) {
  closed.addSubnet(network, prefix, 'ipv4');
}
// Of IPv6 only 2000::/3 is in public use.
const open = new BlockList();
open.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  closed.addSubnet(network, prefix, 'ipv6');
}

/** Whether a numeric address lies in the public internet; what is no address does not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, 'ipv4');
    case 6:
      return open.check(address, 'ipv6') && !closed.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Why an action's URL can not be called; undefined when it can. `allowedHosts` are hosts, with or without a port, that may be private and plain. */
export function urlComplaint(text: string, allowedHosts: ReadonlySet<string>): string | undefined {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be an address such as https://example.com/hook';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
  if (isAllowedHost(url, allowedHosts)) return undefined;
  if (url.protocol === 'http:') return 'must begin with https://';
  const host = bareHost(url);
  const isName = isIP(host) === 0;
  if (isName ? /(^|\.)localhost\.?$/i.test(host) : !isPublicAddress(host)) return 'must be a public address';
  return undefined;
}

/** Whether configuration lets this host be called whatever its address. */
export function isAllowedHost(url: URL, allowedHosts: ReadonlySet<string>): boolean {
  return allowedHosts.has(url.hostname) || allowedHosts.has(url.host);
}

/** A URL's host without the brackets of IPv6. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
