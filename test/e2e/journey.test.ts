import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runDemo } from '../../tools/demo/run-demo.ts';
import type { LocalFacts } from '../../tools/demo/story.ts';
import { seed } from '../../tools/seed/seed.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freshSystem, type TestSystem } from '../support/system.ts';

let receiver: OtlpReceiver;
let system: TestSystem;
let local: LocalFacts;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  system = await freshSystem({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
  const { baseUrl, bootstrapToken } = system;
  const seeded = await seed({ baseUrl, bootstrapToken, log: () => undefined, isAlwaysOpen: true });
  local = { ...seeded, baseUrl, readersUrl: system.readersUrl } as unknown as LocalFacts;
});
afterAll(async () => {
  await system.drop();
  await receiver.stop();
});

/** A call whose status and body are both of interest. */
async function post(
  path: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, never>; replayed: string | null }> {
  const response = await fetch(system.baseUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${local.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, never>,
    replayed: response.headers.get('idempotency-replayed'),
  };
}

test('a guest searches, books, pays and submits, and a member taps at the door', async () => {
  const lines: string[] = [];
  await runDemo(local, (line) => lines.push(line));
  expect(lines.join('\n')).toMatch(/is submitted: .+ in \w+/);
  expect(lines.join('\n')).toMatch(/a member, taps: granted/);
  expect(lines.join('\n')).toMatch(/A stranger taps: denied/);
});

describe('one trace', () => {
  const named = (service: string, name: string | RegExp): ReceivedSpan[] =>
    receiver
      .spans()
      .filter(
        (span) => span.service === service && (typeof name === 'string' ? span.name === name : name.test(span.name)),
      );
  const servicesOf = (span: ReceivedSpan): string[] => receiver.lineage(span).map(({ service }) => service);

  test('leads from the gateway through orders and availability to SQL', async () => {
    await vi.waitFor(
      () => {
        const confirms = named('availability', /BookingService\/Confirm$/);
        const sql = receiver
          .spans()
          .filter(
            (span) =>
              span.service === 'availability' &&
              span.name.startsWith('sql') &&
              confirms.some(({ spanId }) => receiver.lineage(span).some((ancestor) => ancestor.spanId === spanId)),
          );
        expect(sql.length).toBeGreaterThan(0);
        const [first] = sql as [ReceivedSpan];
        expect(servicesOf(first)).toEqual(expect.arrayContaining(['availability', 'orders', 'api-gateway']));
        expect(new Set(receiver.lineage(first).map(({ traceId }) => traceId)).size).toBe(1);
      },
      { timeout: 20_000 },
    );
  });

  test('goes on through NATS to the consumer in the check-in gateway', async () => {
    await vi.waitFor(
      () => {
        const consumed = named('checkin-gateway', 'consume lido.orders.order.submitted');
        expect(consumed.length).toBeGreaterThan(0);
        const [first] = consumed as [ReceivedSpan];
        const line = receiver.lineage(first);
        expect(line.map(({ name }) => name)).toEqual(expect.arrayContaining(['publish lido.orders.order.submitted']));
        expect(line.at(-1)?.service).toBe('api-gateway');
      },
      { timeout: 20_000 },
    );
  });

  test('of a tap leads from the reader to the told check-in', async () => {
    await vi.waitFor(
      () => {
        const [published] = named('checkin-gateway', 'publish lido.checkin.check_in.created');
        expect(published).toBeDefined();
        expect(receiver.lineage(published as ReceivedSpan).map(({ name }) => name)).toContain('reader tap');
      },
      { timeout: 20_000 },
    );
  });
});

test('a repeated request with its idempotency key has one effect', async () => {
  const key = { 'idempotency-key': `basket-${local.site}` };
  const first = await post('/shop/basket', { site_id: local.site }, key);
  const again = await post('/shop/basket', { site_id: local.site }, key);
  expect([first.status, again.status, again.replayed]).toEqual([201, 201, 'true']);
  expect(again.body).toEqual(first.body);
  expect((await post('/shop/basket', { site_id: local.site, customer_id: null, x: 1 }, key)).status).toBe(422);
});
