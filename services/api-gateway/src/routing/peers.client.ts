import type { MethodDefinition } from '@grpc/grpc-js';
import { services } from '@lido/proto/services.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import { createClient, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { type GatewayConfig, PEER_NAMES, type PeerName } from '../config.ts';

export type Peers = Readonly<Record<PeerName, RawClient>>;

/** Connects to every service when it is first called. */
export function connectPeers(config: GatewayConfig, telemetry: Telemetry): Peers {
  const connect = (name: PeerName): [PeerName, RawClient] => [
    name,
    createClient(config.peers[name], { name, telemetry }),
  ];
  return Object.fromEntries(PEER_NAMES.map(connect)) as Record<PeerName, RawClient>;
}

/** The service that answers a request, by the values of its path's variables; undefined where none does. */
export type Owner = (pathValues: readonly string[]) => PeerName | undefined;

const always =
  (name: PeerName): Owner =>
  () =>
    name;

/** Of what every service has: the id in the path begins with its owner's name, as in `orders_019acd`. */
const byIdPrefix: Owner = ([id = '']) => PEER_NAMES.find((name) => id.startsWith(`${name}_`));

const OWNERS: readonly (readonly [prefix: string, owner: Owner])[] = [
  ['lido.availability.', always('availability')],
  ['lido.orders.', always('orders')],
  ['lido.customers.', always('customers')],
  ['lido.memberships.', always('memberships')],
  ['lido.checkin.', always('checkin-gateway')],
  ['lido.jobs.', byIdPrefix],
];

/** Who answers the rpcs of a package. */
export function ownerOf(packageName: string): Owner {
  const found = OWNERS.find(([prefix]) => packageName.startsWith(prefix));
  if (!found) throw new Error(`No service answers the rpcs of ${packageName}.`);
  return found[1];
}

/** The connection to whoever answers a request; what nobody answers is not found. */
export function clientOf(peers: Peers, owner: Owner): (pathValues: readonly string[]) => RawClient {
  return (pathValues) => {
    const name = owner(pathValues);
    if (name === undefined) throw notFound(pathValues.join(' '));
    return peers[name];
  };
}

// The messages of a route are known by its descriptors only; the codec builds and reads them as such.
export type AnyMessage = Record<string, unknown>;
export type RouteMethod = MethodDefinition<AnyMessage, AnyMessage>;

const methods: ReadonlyMap<string, RouteMethod> = new Map(
  services.flatMap((service) => Object.values(service)).map((method) => [method.path, method as RouteMethod]),
);

/** The generated definition of an rpc by its gRPC path; throws at boot when code and descriptors do not match. */
export function methodOf(grpcPath: string): RouteMethod {
  const method = methods.get(grpcPath);
  if (!method) throw new Error(`There is no generated code for ${grpcPath}; run the generator.`);
  return method;
}
