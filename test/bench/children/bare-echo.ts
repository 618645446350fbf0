// A bare gRPC service that answers the id it is asked for.
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { IdRequest } from '@lido/proto/lido/rest/v1/options.ts';
import { echoSite } from './echo-site.ts';
import { tellLauncher } from './tell-launcher.ts';

const server = new Server();
server.addService(SiteDirectoryServiceService, {
  findSite: (call: ServerUnaryCall<IdRequest, Site>, callback: sendUnaryData<Site>) =>
    callback(null, echoSite(call.request.id)),
  exportSites: (_call: unknown, callback: sendUnaryData<{ sites: Site[] }>) => callback(null, { sites: [] }),
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  tellLauncher(`127.0.0.1:${port}`);
});
