import type { MethodDefinition } from '@grpc/grpc-js';
import { services } from '@lido/proto/services.ts';
import { createClient, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { Route } from '@lido/runtime/rest/routes.ts';
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

const OWNERS: readonly (readonly [prefix: string, owner: PeerName])[] = [
  ['lido.availability.', 'availability'],
  ['lido.orders.', 'orders'],
  ['lido.customers.', 'customers'],
  ['lido.memberships.', 'memberships'],
  ['lido.checkin.', 'checkin-gateway'],
];

/** The service that answers the rpcs of a package. */
export function ownerOf(packageName: string): PeerName {
  const found = OWNERS.find(([prefix]) => packageName.startsWith(prefix));
  if (!found) throw new Error(`No service answers the rpcs of ${packageName}.`);
  return found[1];
}

// The messages of a route are known by its descriptors only; the codec builds and reads them as such.
export type AnyMessage = Record<string, unknown>;
export type RouteMethod = MethodDefinition<AnyMessage, AnyMessage>;

const methods: ReadonlyMap<string, RouteMethod> = new Map(
  services.flatMap((service) => Object.values(service)).map((method) => [method.path, method as RouteMethod]),
);

/** The generated definition of a route's rpc; throws at boot when code and descriptors do not match. */
export function methodOf(route: Route): RouteMethod {
  const method = methods.get(route.grpcPath);
  if (!method) throw new Error(`There is no generated code for ${route.rpc}; run the generator.`);
  return method;
}
