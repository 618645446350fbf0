// A bare gRPC service that answers the files of a folder.
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesMethod } from '../bytes-method.ts';
import { tellLauncher } from './tell-launcher.ts';

const folder = process.env['BENCH_ANSWERS'] ?? '';
const answers = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
const server = new Server();
server.addService(
  { get: bytesMethod },
  {
    get: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
      callback(null, answers.get(call.request.toString()) ?? Buffer.alloc(0)),
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  tellLauncher(`127.0.0.1:${port}`);
});
