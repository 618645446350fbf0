import { context, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { contextOf, currentTraceparent, inSpan, startTelemetry } from './telemetry.ts';

const telemetry = startTelemetry({ service: 'quiet', logLevel: 'silent' });
const { tracer } = telemetry;

test('what begins a trace has ids that its callees are told', async () => {
  const seen = await inSpan(tracer, 'outer', {}, () =>
    inSpan(tracer, 'inner', {}, async (span) => [span.spanContext().traceId, currentTraceparent()]),
  );
  expect(seen[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(seen[1]).toMatch(new RegExp(`^00-${seen[0]}-[0-9a-f]{16}-00$`));
});

test("a caller's trace goes on under its own ids, and ends with the work", async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const seen = await inSpan(tracer, 'work', { parent: contextOf(traceparent) }, async () => currentTraceparent());
  expect(seen).toBe(traceparent);
  expect(trace.getSpan(context.active())).toBeUndefined();
});

test('two traces have ids of their own', async () => {
  const idOf = () => inSpan(tracer, 'work', {}, async (span) => span.spanContext().traceId);
  expect(await idOf()).not.toBe(await idOf());
});
