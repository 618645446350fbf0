// The same service on the runtime: principal, request id, span, metrics, a database to fork from.
import { loadImage } from '@lido/proto/image';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { accessTable } from '@lido/runtime/grpc/access.ts';
import { createGrpcServer } from '@lido/runtime/grpc/server.ts';
import { systemClock } from '@lido/runtime/service/clock.ts';
import { metricName } from '@lido/runtime/telemetry/names.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { echoSite } from './echo-site.ts';
import { tellLauncher } from './tell-launcher.ts';

const telemetry = startTelemetry({ service: 'echo', logLevel: 'error' });
const db = await openDatabase({
  url: process.env['LIDO_DATABASE_URL'] ?? '',
  entities: [],
  migrations: [],
  telemetry,
});
const server = createGrpcServer({
  db,
  telemetry,
  clock: systemClock,
  duration: telemetry.meter.createHistogram(metricName.rpcDuration),
  access: accessTable(loadImage()),
  onCommit: () => {},
});
server.add(SiteDirectoryServiceService, {
  findSite: async ({ id }) => echoSite(id),
  exportSites: async () => ({ sites: [] }),
});
tellLauncher(await server.listen('127.0.0.1:0'));
