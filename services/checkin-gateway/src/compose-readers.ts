import type { WebSocket } from 'ws';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import { keepRefused } from './attempts/attempt.repository.ts';
import { openRefusals, type Refusals } from './attempts/refusals.job.ts';
import type { CheckinGatewayConfig } from './config.ts';
import type { DeviceRow } from './devices/device.entity.ts';
import { findDevice, findDialledDevices } from './devices/device.repository.ts';
import { type DeviceLogin, openLogin } from './devices/device-login.repository.ts';
import { findDeviceByToken } from './devices/device-token.repository.ts';
import { type SecretBox, secretBox } from './devices/secret-box.ts';
import type { Doors } from './readers/door.ts';
import { type FloodGuard, openFloodGuard } from './readers/flood-guard.job.ts';
import { startReaderServer } from './readers/reader.server.ts';
import { type ReaderConnection, serveReader } from './readers/reader-connection.ws.ts';
import { ReaderConnections } from './readers/reader-connections.ws.ts';
import { readerDialler } from './readers/reader-dialler.ws.ts';
import { type ReaderStatus, readerStatus } from './readers/reader-status.repository.ts';
import { findSigningKey } from './readers/signing-key.repository.ts';
import type { SigningKey } from './readers/signing-key.ts';
import type { TapDecider } from './visits/tap.handlers.ts';

/** Every way from a reader to its decision. */
export interface ComposedReaders {
  /** `host:port` where readers dial in. */
  readonly address: string;
  readonly doors: Doors;
  readonly floods: FloodGuard;
  readonly refusals: Refusals;
  readonly status: ReaderStatus;
  readonly secrets: SecretBox | undefined;
  signingKey(): Promise<SigningKey>;
  /** Ends a reader's connection, so that it comes back under what was changed. */
  disconnect(deviceId: string): void;
  stop(): Promise<void>;
}

/** Readers that another replica was told of are dialled within this time. */
const lookEveryMs = 30_000;

/** Opens the port for readers that dial us, and dials those that wait for us. */
export async function composeReaders(
  parts: ServiceParts,
  config: CheckinGatewayConfig,
  taps: TapDecider,
): Promise<ComposedReaders> {
  const { db, clock, telemetry } = parts;
  const { log } = telemetry;
  const refusals = openRefusals({
    log,
    keep: (attempt) => keepRefused(db.fork(), attempt, new Date(clock.nowMs())),
  });
  const floods = openFloodGuard({ refusals });
  const status = readerStatus({ db, clock, log });
  const secrets = config.LIDO_SECRETS_KEY && secretBox(config.LIDO_SECRETS_KEY);
  const connections = new ReaderConnections({
    ...{ log, offline: status.offline },
    findRelaysOn: async (id) => (await findDevice(db.fork(), id))?.relaysOn ?? [],
  });
  const heartbeatSeconds = config.LIDO_READERS_HEARTBEAT_SECONDS;
  const serve = (socket: WebSocket, device: DeviceRow, login?: DeviceLogin): ReaderConnection =>
    serveReader(socket, { taps, floods, refusals, status, device, login, clock, log, heartbeatSeconds });
  const server = await startReaderServer({
    ...{ listen: config.LIDO_READERS_LISTEN, log, connections, refusals, serve },
    findDevice: (token) => findDeviceByToken(db.fork(), token, (id) => connections.disconnect(id)),
  });
  const dialler = readerDialler({
    ...{ log, connections, serve, refused: status.refused },
    listDialled: () => findDialledDevices(db.fork()),
    findDevice: (id) => findDevice(db.fork(), id),
    loginOf: (device) => openLogin(device, secrets),
  });
  const look = { name: 'readers to dial', everyMs: lookEveryMs, telemetry };
  const looking = sweeperOf(() => dialler.refresh(), look).start();
  return {
    ...{ address: server.address, doors: connections, floods, refusals, status, secrets },
    signingKey: once(() => findSigningKey(db, config.LIDO_ALLOW_LIST_KEY)),
    disconnect: (deviceId) => {
      connections.disconnect(deviceId);
      dialler
        .redial(deviceId)
        .catch((error: unknown) => log.warn({ err: error, device_id: deviceId }, 'a reader could not be dialled anew'));
    },
    stop: async () => {
      await looking.stop();
      // The lines end with their connections, and none is dialled or let in again.
      await Promise.all([connections.close(), dialler.stop(), server.stop()]);
      await refusals.stop();
    },
  };
}

/** Asks once, and again only where that failed. */
function once(ask: () => Promise<SigningKey>): () => Promise<SigningKey> {
  let asked: Promise<SigningKey> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}
