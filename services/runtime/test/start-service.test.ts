import { MikroORM } from '@mikro-orm/postgresql';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBus } from '../src/events/bus.ts';
import { startService } from '../src/service/start-service.ts';
import { freshDatabase, natsUrl, postgres, randomPrefix } from '../../../test/support/servers.ts';

test('a connection that was never made ends with its stop', async () => {
  const bus = openBus({ url: 'nats://127.0.0.1:1', prefix: '', name: 'test' });
  await bus.stop();
  await expect(bus.ready).rejects.toThrow();
});

test('a service that can not start leaves nothing open', async () => {
  const database = await freshDatabase();
  onTestFinished(() => database.drop());
  const started = startService({
    name: 'test',
    source: 'customers',
    config: {
      ...{ LIDO_DATABASE_URL: database.url, LIDO_NATS_URL: natsUrl(), LIDO_STREAM_PREFIX: randomPrefix() },
      ...{ LIDO_GRPC_LISTEN: '127.0.0.1:0', LIDO_LOG_LEVEL: 'silent', LIDO_MOVABLE_CLOCK: false },
      LIDO_DATABASE_IDLE_CONNECTIONS: 0,
    },
    entities: [],
    migrations: [],
    compose: () => Promise.reject(new Error('There is no such folder.')),
  });
  await expect(started).rejects.toThrow('There is no such folder.');
  const name = new URL(database.url).pathname.slice(1);
  const orm = await MikroORM.init({
    ...{ clientUrl: postgres().url('postgres'), entities: [], discovery: { warnWhenNoEntities: false } },
  });
  onTestFinished(() => orm.close(true));
  const connections = () => orm.em.execute(`select 1 from pg_stat_activity where datname = '${name}'`);
  await vi.waitFor(async () => expect(await connections()).toEqual([]), { timeout: 20_000 });
});
