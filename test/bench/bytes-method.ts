import type { MethodDefinition } from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;

/** The rpc of the bare pair: a name goes in, the bytes kept under it come out, and nobody looks into either. */
export const bytesMethod: MethodDefinition<Buffer, Buffer> = {
  path: '/bench.Bytes/Get',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};
