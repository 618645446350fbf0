import { type Context, context, type Span, type SpanOptions, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';

/**
 * A tracer for when nobody collects spans. It makes none: work goes on under the ids of the span it was called in, and what begins a trace
 * gets ids for its log lines and those of whomever it calls.
 */
export class QuietTracer implements Tracer {
  readonly #ids = new RandomIdGenerator();

  startSpan(_name: string, _options?: SpanOptions, parent: Context = context.active()): Span {
    return trace.getSpan(parent) ?? this.#begin();
  }

  startActiveSpan<F extends (span: Span) => unknown>(...args: [string, ...unknown[], F]): ReturnType<F> {
    const work = args.at(-1) as F;
    const parent = args.length === 4 ? (args[2] as Context) : context.active();
    const known = trace.getSpan(parent);
    const span = known ?? this.#begin();
    const inside = known ? parent : trace.setSpan(parent, span);
    return context.with(inside, () => work(span)) as ReturnType<F>;
  }

  #begin(): Span {
    const [traceId, spanId] = [this.#ids.generateTraceId(), this.#ids.generateSpanId()];
    return trace.wrapSpanContext({ traceId, spanId, traceFlags: TraceFlags.NONE });
  }
}
