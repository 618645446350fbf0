import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, startGateway } from './support.ts';

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly attributes: { key: string; value: { stringValue?: string } }[];
}

/** A collector that keeps the spans it is sent. */
async function startCollector(): Promise<{ url: string; spans: ExportedSpan[] }> {
  const spans: ExportedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: ExportedSpan[] }[] }[];
      };
      spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => resolve());
  await promise;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

test('a tap is one trace from the reader over the database to the event, and names no card', async () => {
  const collector = await startCollector();
  const gateway = await startGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  onTestFinished(() => gateway.stop());
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice());
  await reader.tap({ uid: member.uid });

  const published = 'publish lido.checkin.check_in.created';
  await eventually(async () => collector.spans.some(({ name }) => name === published));
  const root = collector.spans.find(({ name }) => name === 'reader tap');
  expect(root?.parentSpanId ?? '').toBe('');
  const attributes = Object.fromEntries((root?.attributes ?? []).map(({ key, value }) => [key, value.stringValue]));
  expect(attributes).toMatchObject({
    'lido.outcome': 'granted',
    'lido.reason': 'granted',
    'lido.site_id': gateway.siteId,
  });
  const names = collector.spans.filter(({ traceId }) => traceId === root?.traceId).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['sql select', 'sql commit', published]));
  expect(JSON.stringify(collector.spans)).not.toContain(member.uid);
});
