import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  EntitlementServiceService,
  type Entitlement,
  type ExportedMembership,
  type ExportMembershipsRequest,
  type ExportMembershipsResponse,
  type FindMembershipsRequest,
  type FindMembershipsResponse,
} from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import {
  type ExportedOrder,
  type ExportOrdersRequest,
  type ExportOrdersResponse,
  OrderDirectoryServiceService,
} from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';

/** An owner of memberships and orders on real gRPC that knows exactly what a test tells it, and can be out of reach. */
export interface Entitlements {
  readonly address: string;
  /** What the owner answers for a customer. */
  hold(customerId: string, entitlement: Entitlement): void;
  /** An order that the owner has, at a version. */
  holdOrder(order: Order, version?: number): void;
  /** A membership that the owner exports, at a version. */
  holdMembership(membership: Membership, version?: number): void;
  /** Lets questions wait without an answer, or answers again. */
  setSilent(isSilent: boolean): void;
  /** How long whoever asked last was willing to wait, when the question came in. */
  readonly latestPatienceMs: number;
  /** How often it was asked. */
  readonly questionCount: number;
  stop(): Promise<void>;
}

/** Starts the owner. */
export async function startEntitlements(): Promise<Entitlements> {
  const held = new Map<string, Entitlement[]>();
  const orders = new Map<string, ExportedOrder>();
  const memberships = new Map<string, ExportedMembership>();
  let isSilent = false;
  let questionCount = 0;
  let latestPatienceMs = Infinity;
  const answering =
    <Request, Response>(respond: (request: Request) => Response) =>
    (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
      questionCount++;
      latestPatienceMs = Number(call.getDeadline()) - Date.now();
      if (!isSilent) answer(null, respond(call.request));
    };
  const server = new Server();
  server.addService(EntitlementServiceService, {
    findMemberships: answering<FindMembershipsRequest, FindMembershipsResponse>(({ customerId }) => ({
      memberships: held.get(customerId) ?? [],
    })),
    exportMemberships: answering<ExportMembershipsRequest, ExportMembershipsResponse>(() => ({
      memberships: [...memberships.values()],
    })),
  });
  server.addService(OrderDirectoryServiceService, {
    exportOrders: answering<ExportOrdersRequest, ExportOrdersResponse>(({ customerId }) => ({
      orders: [...orders.values()].filter(({ order }) => customerId == null || order?.customerId === customerId),
    })),
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return {
    address: `127.0.0.1:${await promise}`,
    hold: (customerId, entitlement) => void held.set(customerId, [...(held.get(customerId) ?? []), entitlement]),
    holdOrder: (order, version = 1) => void orders.set(order.id, { order, version }),
    holdMembership: (membership, version = 1) => void memberships.set(membership.id, { membership, version }),
    setSilent: (value) => {
      isSilent = value;
    },
    get latestPatienceMs() {
      return latestPatienceMs;
    },
    get questionCount() {
      return questionCount;
    },
    stop: async () => server.forceShutdown(),
  };
}
