import type { MethodDefinition } from '@grpc/grpc-js';

/** A generated service definition: its rpcs by their TypeScript names. */
export type Definition = Record<string, AnyMethod>;

// The generated definitions are concrete in their messages; this is their common ground.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMethod = MethodDefinition<any, any>;

export type RequestOf<M extends AnyMethod> = M extends MethodDefinition<infer Q, infer _> ? Q : never;
export type ResponseOf<M extends AnyMethod> = M extends MethodDefinition<infer _, infer A> ? A : never;
