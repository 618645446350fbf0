// A bare Express app that asks the bare gRPC service and passes its bytes on.
import { Client, credentials } from '@grpc/grpc-js';
import express from 'express';
import type { AddressInfo } from 'node:net';
import { bytesMethod } from '../bytes-method.ts';
import { tellLauncher } from './tell-launcher.ts';

const client = new Client(process.env['BENCH_BYTES_ADDRESS'] ?? '', credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = bytesMethod;
const app = express();
app.get('/:name', (request, response) => {
  const name = Buffer.from(request.params.name);
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, name, (error, bytes) => {
    if (error || bytes === undefined) {
      response.status(500).end();
      return;
    }
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
  });
});
const server = app.listen(0, '127.0.0.1', () => tellLauncher(`127.0.0.1:${(server.address() as AddressInfo).port}`));
