import { type BlockList, isIP } from 'node:net';

/** What tells how a request reached us. */
export interface Arrival {
  /** The address of the socket's other end. */
  readonly peerAddress: string;
  readonly isEncrypted: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const LOOPBACK_V4 = /^127\./;
const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9a-fA-F:.]+\](?::\d{1,5})?$/;

/** Whether the other end is this machine. */
export function isLoopback(address: string): boolean {
  const plain = toPlainAddress(address);
  return plain === '::1' || LOOPBACK_V4.test(plain);
}

/** Plain HTTP is refused, unless it comes over loopback or from a named proxy that says its own side was HTTPS. */
export function isSecure(arrival: Arrival, trustedProxies: BlockList): boolean {
  if (arrival.isEncrypted || isLoopback(arrival.peerAddress)) return true;
  return isTrusted(arrival, trustedProxies) && firstOf(arrival.headers['x-forwarded-proto']) === 'https';
}

/** The scheme and host a client used, without a path. Forwarded headers count only from a named proxy. */
export function findOrigin(arrival: Arrival, trustedProxies: BlockList, fallbackHost: string): string {
  const trusted = isTrusted(arrival, trustedProxies);
  const forwardedScheme = trusted ? firstOf(arrival.headers['x-forwarded-proto']) : undefined;
  const forwardedHost = trusted ? firstOf(arrival.headers['x-forwarded-host']) : undefined;
  const isHttps = arrival.isEncrypted || forwardedScheme === 'https';
  const host = forwardedHost ?? firstOf(arrival.headers['host']) ?? '';
  return `${isHttps ? 'https' : 'http'}://${HOST.test(host) ? host : fallbackHost}`;
}

/**
 * Whom a request is from, for counting: the nearest address that is no named proxy. One subscriber holds a whole /64 of IPv6, so that
 * counts as one.
 */
export function findClientAddress(arrival: Arrival, trustedProxies: BlockList): string {
  const header = arrival.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim());
  let address = arrival.peerAddress;
  for (const next of forwarded.toReversed()) {
    if (!isTrusted({ ...arrival, peerAddress: address }, trustedProxies) || isIP(next) === 0) break;
    address = next;
  }
  const plain = toPlainAddress(address);
  return isIP(plain) === 6 ? networkOf(plain) : plain;
}

/** The first four groups of an IPv6 address. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::', 2);
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}

function isTrusted(arrival: Arrival, trustedProxies: BlockList): boolean {
  const address = toPlainAddress(arrival.peerAddress);
  const version = isIP(address);
  return version !== 0 && trustedProxies.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

// A socket that listens on both families names IPv4 peers as ::ffff:10.0.0.7.
function toPlainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

// A chain of proxies appends; the first entry is what the client used.
function firstOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text?.split(',')[0]?.trim().toLowerCase() || undefined;
}
