import {
  context,
  propagation,
  type Context,
  type Meter,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { pino, type Logger } from 'pino';
import { QuietTracer } from './quiet-tracer.ts';

/** A service's tracer, meter and log. Services in one process have one each, so that a trace still shows who did what. */
export interface Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly log: Logger;
  /** Answers `GET /metrics`. */
  readonly prometheus: PrometheusExporter;
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  service: string;
  logLevel: string;
  /** Spans are exported only when a collector is named; without one an exporter would delay shutdown for nothing. */
  otlpEndpoint?: string | undefined;
}

let isContextReady = false;

function prepareContext(): void {
  if (isContextReady) return;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  isContextReady = true;
}

/** Starts the telemetry of one service. */
export function startTelemetry({ service, logLevel, otlpEndpoint }: TelemetryOptions): Telemetry {
  prepareContext();
  const resource = resourceFromAttributes({ [ATTR_SERVICE_NAME]: service });
  const tracers = otlpEndpoint ? exportSpans(otlpEndpoint, resource) : undefined;
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ resource, readers: [prometheus] });
  return {
    tracer: tracers?.getTracer('lido') ?? new QuietTracer(),
    meter: meters.getMeter('lido'),
    log: pino({ name: service, level: logLevel, mixin: traceIds, base: { service } }),
    prometheus,
    stop: async () => {
      await Promise.all([tracers?.shutdown(), meters.shutdown()]);
    },
  };
}

function exportSpans(endpoint: string, resource: Resource): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const processor = new BatchSpanProcessor({ exporter, scheduledDelayMillis: 500 });
  return new TracerProvider({ resource, spanProcessors: [processor], sampler: new AlwaysOnSampler() });
}

/** Ties each log line to the trace it was written in. */
function traceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** Runs work inside a span that ends with it and is marked when it fails. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  options: { kind?: SpanKind; attributes?: Record<string, string | number>; parent?: Context },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { parent = context.active(), ...spanOptions } = options;
  return tracer.startActiveSpan(name, spanOptions, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The W3C traceparent of the active span, or an empty string outside any. */
export function currentTraceparent(): string {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? '';
}

/** The context a traceparent names, for work that continues somebody's trace. */
export function contextOf(traceparent: string): Context {
  return traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();
}
