import { Client, credentials } from '@grpc/grpc-js';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { callerMetadata, createClient, peerOf } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { startChildServer } from './child-server.ts';
import { compareLoads } from './run-load.ts';
import type { Workbench } from './workbench.ts';

const caller = { principal: servicePrincipal('bench', '0197b1de-5a10-7c9e-b5a1-0a4c1f0d2e3f'), requestId: 'bench' };
const siteId = '0197b1de-5a10-7c9e-b5a1-0a4c1f0d2e41';

/** One rpc on a bare gRPC server, on the runtime's server, and with the runtime's client in front of that. */
export async function grpcHop(bench: Workbench): Promise<BenchRow[]> {
  const bareAddress = await startChildServer(bench, 'bare-echo.ts');
  const runtimeAddress = await startChildServer(bench, 'runtime-echo.ts', {
    LIDO_DATABASE_URL: await bench.freshDatabase(),
  });
  bench.say('  sixteen calls in flight, the servers in turn');
  const telemetry = startTelemetry({ service: 'bench', logLevel: 'silent' });
  const client = createClient(runtimeAddress, { name: 'echo', telemetry });
  bench.defer(async () => {
    client.close();
    await telemetry.stop();
  });
  const peer = peerOf(SiteDirectoryServiceService, client);
  const loads = await compareLoads({
    bare: bareSender(bench, bareAddress),
    server: bareSender(bench, runtimeAddress),
    both: () => peer.findSite({ id: siteId }, caller),
  });
  const { bare, server, both } = loads;
  const [rate, time] = ['calls/s', 'ms'];
  return [
    benchRow({ name: 'gRPC hop: our server', figure: server.perSecond, unit: rate, against: bare.perSecond }),
    benchRow({ name: 'gRPC hop: our server, p99', figure: server.p99Ms, unit: time, against: bare.p99Ms }),
    benchRow({ name: 'gRPC hop: our client and server', figure: both.perSecond, unit: rate, against: bare.perSecond }),
    benchRow({ name: 'gRPC hop: our client and server, p99', figure: both.p99Ms, unit: time, against: bare.p99Ms }),
  ];
}

function bareSender(bench: Workbench, address: string): () => Promise<unknown> {
  const client = new Client(address, credentials.createInsecure());
  bench.defer(() => client.close());
  const { path, requestSerialize, responseDeserialize } = SiteDirectoryServiceService.findSite;
  return () => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const metadata = callerMetadata(caller.principal, caller.requestId);
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { id: siteId }, metadata, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
    return promise;
  };
}
