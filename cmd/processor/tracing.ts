import type { Logger } from '../../src/lib/log.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import { type Destination, destinationOf, readOtlpEnvironment } from '../../src/lib/otlp/destination.ts';
import { createExporter } from '../../src/lib/otlp/exporter.ts';
import { createPost } from '../../src/lib/otlp/post.ts';
import { createOtlpTracing } from '../../src/lib/otlp/tracing.ts';
import { createTracing, type Tracing } from '../../src/lib/trace.ts';

export interface ProcessorTracing {
  readonly tracing: Tracing;
  /** Sends what is left. */
  close(): Promise<void>;
}

const scope = 'sluice-processor';
const lastWordMs = 3_000;

export function createSpanMetrics(metrics: MetricsRegistry) {
  return {
    sent: metrics.counter('sluice_spans_exported_total', 'Spans that a collector has taken.'),
    dropped: metrics.counter('sluice_spans_dropped_total', 'Spans that reached no collector, by reason.', [
      'reason',
    ] as const),
  };
}

/** Spans of the processor: to an SDK if one is installed, else over OTLP to where policy or environment say. */
export function processorTracing(
  policyEndpoint: () => string,
  env: NodeJS.ProcessEnv,
  metrics: MetricsRegistry,
  log: Logger,
): ProcessorTracing {
  const { sent, dropped } = createSpanMetrics(metrics);
  const installed = createTracing(scope);
  if (installed.isOn) return { tracing: installed, close: async () => {} };

  const environment = readOtlpEnvironment(env);
  for (const problem of environment.problems) log.warn(problem);
  let followed = '';
  let destination: Destination | undefined = destinationOf(followed, environment);
  const current = (): Destination | undefined => {
    const endpoint = policyEndpoint();
    if (endpoint !== followed) {
      followed = endpoint;
      destination = destinationOf(endpoint, environment);
    }
    return destination;
  };
  const post = createPost();
  const exporter = createExporter({
    destination: current,
    post,
    resource: environment.resource,
    scope,
    delayMs: environment.delayMs,
    onSent: (spans) => sent.increment(spans),
    onDropped: (spans, reason) => dropped.of(reason).increment(spans),
    onTurn: (failure) => {
      if (failure === undefined) log.info('spans reach their collector again');
      else log.warn({ collector: destination?.url.origin, reason: failure }, 'spans do not reach their collector');
    },
  });
  return {
    tracing: createOtlpTracing({
      isOn: () => current() !== undefined,
      add: exporter.add,
      now: () => performance.timeOrigin + performance.now(),
    }),
    async close() {
      await exporter.close(lastWordMs);
      post.close();
    },
  };
}
