import { expect, onTestFinished, test } from 'vitest';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { openRefusals } from '../src/attempts/refusals.job.ts';
import { findDevice } from '../src/devices/device.repository.ts';
import { findDeviceByToken } from '../src/devices/device-token.repository.ts';
import { openFloodGuard } from '../src/readers/flood-guard.job.ts';
import { startReaderServer } from '../src/readers/reader.server.ts';
import { serveReader } from '../src/readers/reader-connection.ws.ts';
import { ReaderConnections } from '../src/readers/reader-connections.ws.ts';
import { readerStatus } from '../src/readers/reader-status.repository.ts';
import { connectReader } from '../simulator/reader.ts';
import { startReplica } from './replica.ts';
import { eventually, startGateway } from './support.ts';

test('a relay that is switched off while what is kept of it is read stays forgotten', async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.stop());
  const { db, decider: taps, stop } = await startReplica(gateway);
  onTestFinished(stop);
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  onTestFinished(() => telemetry.stop());
  const { log } = telemetry;
  const clock = { nowMs: gateway.nowMs };
  const refusals = openRefusals({ log, keep: async () => undefined });
  onTestFinished(() => refusals.stop());
  const status = readerStatus({ db, clock, log });
  const serving = { taps, status, refusals, floods: openFloodGuard({ refusals }), clock, log, heartbeatSeconds: 1 };

  const dialling = await gateway.addDevice({ relayId: 3 });
  const kept = async (): Promise<readonly number[]> => (await findDevice(db.fork(), dialling.id))?.relaysOn ?? [];
  const reads: (readonly number[])[] = [];
  const switchedOff = Promise.withResolvers<void>();
  const connections = new ReaderConnections({
    ...{ log, offline: status.offline },
    findRelaysOn: async () => {
      reads.push(await kept());
      await switchedOff.promise;
      return reads[0] ?? [];
    },
  });
  const server = await startReaderServer({
    ...{ listen: '127.0.0.1:0', log, connections, refusals },
    findDevice: (token) => findDeviceByToken(db.fork(), token, () => undefined),
    serve: (socket, device) => serveReader(socket, { ...serving, device }),
  });
  onTestFinished(async () => {
    await Promise.all([connections.close(), server.stop()]);
  });

  await status.relaysOn(dialling.id, [3]);
  const offOrders: number[] = [];
  class WatchedRelays extends Set<number> {
    override delete(id: number): boolean {
      offOrders.push(id);
      return super.delete(id);
    }
  }
  const reader = await connectReader({
    ...{ url: `ws://${server.address}`, token: dialling.token, serial: dialling.serial },
    ...{ isWithoutUnlockProcess: true, relays: new WatchedRelays([3]) },
  });
  await eventually(async () => (await kept()).length === 0);
  expect(reads).toEqual([[3]]);
  switchedOff.resolve();
  await reader.close();
  await connections.close();
  expect([offOrders, await kept()]).toEqual([[3], []]);
});
