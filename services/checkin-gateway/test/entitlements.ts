import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  EntitlementServiceService,
  type Entitlement,
  type FindMembershipsRequest,
  type FindMembershipsResponse,
} from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';

/** An owner of memberships on real gRPC that knows exactly what a test tells it, and can be out of reach. */
export interface Entitlements {
  readonly address: string;
  /** What the owner answers for a customer. */
  hold(customerId: string, entitlement: Entitlement): void;
  /** Lets questions wait without an answer, or answers again. */
  setSilent(isSilent: boolean): void;
  stop(): Promise<void>;
}

/** Starts the owner. */
export async function startEntitlements(): Promise<Entitlements> {
  const held = new Map<string, Entitlement[]>();
  let isSilent = false;
  const server = new Server();
  server.addService(EntitlementServiceService, {
    findMemberships: (
      call: ServerUnaryCall<FindMembershipsRequest, FindMembershipsResponse>,
      answer: sendUnaryData<FindMembershipsResponse>,
    ) => {
      if (!isSilent) answer(null, { memberships: held.get(call.request.customerId) ?? [] });
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return {
    address: `127.0.0.1:${await promise}`,
    hold: (customerId, entitlement) => void held.set(customerId, [...(held.get(customerId) ?? []), entitlement]),
    setSilent: (value) => {
      isSilent = value;
    },
    stop: async () => server.forceShutdown(),
  };
}
