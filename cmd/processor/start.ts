import type { Engine } from '../../src/extproc/engine.ts';
import { createEngineMetrics } from '../../src/extproc/metrics.ts';
import { Pipeline } from '../../src/extproc/pipeline.ts';
import { Registry } from '../../src/extproc/registry.ts';
import { isRelayed, processorMethods } from '../../src/extproc/server.ts';
import { callerDialect } from '../../src/extproc/stages/identify/caller-dialect.ts';
import { orderedStages } from '../../src/extproc/stages/order.ts';
import type { Address } from '../../src/extproc/transport/address.ts';
import { createGrpcServer } from '../../src/extproc/transport/server.ts';
import { startAdmin } from '../../src/lib/admin-server.ts';
import type { Logger } from '../../src/lib/log.ts';
import { createMetrics, metricsContentType } from '../../src/lib/metrics.ts';
import { addProcessMetrics } from '../../src/lib/metrics-process.ts';
import { startProgramClient } from '../../src/program/client/client.ts';
import { ProgramStore } from '../../src/program/store.ts';
import { createInlinePolicy } from './inline-policy.ts';
import { createLeaving } from './leaving.ts';
import type { ProcessorOptions } from './options.ts';
import { createProgramMetrics } from './program-metrics.ts';
import { processorTracing } from './tracing.ts';
import { createTransportMetrics } from './transport-metrics.ts';

export interface Processor {
  /** Where it listens, with the port that was chosen. */
  readonly address: Address;
  readonly adminPort: number;
  /** Ends what is open within the time of grace, then everything. */
  stop(): Promise<void>;
}

/** Less than Envoy's message time-out of 10 s, so that the caller gets our error and not Envoy's. */
const suspensionTimeoutMs = 8_000;

/** One processor process, put together. */
export async function startProcessor(options: ProcessorOptions, log: Logger): Promise<Processor> {
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  const store = new ProgramStore();
  const registry = new Registry(options.index);
  const spans = processorTracing(() => store.current?.settings.otlpEndpoint ?? '', process.env, metrics, log);
  const inlinePolicy = createInlinePolicy(log, metrics, options.index);
  const stages = orderedStages({
    registry,
    now: Date.now,
    random: Math.random,
    tracing: spans.tracing,
    ...inlinePolicy.options,
  });
  const engine: Engine = {
    programs: store,
    pipeline: new Pipeline(stages, (stage, error) => {
      log.error(
        { stage, error: error instanceof Error ? error : undefined },
        'a stage failed where no request waits for it',
      );
    }),
    registry,
    metrics: createEngineMetrics(metrics),
    log,
    callerDialect,
    monotonic: () => performance.now(),
    suspensionTimeoutMs,
  };
  metrics.gaugeAtScrape('sluice_exchanges_kept', 'Requests kept for a later attempt.', () => registry.size);
  const isReady = (): boolean => store.current !== undefined;
  const server = createGrpcServer({
    methods: processorMethods(engine, options.peers),
    isTakenWhileDraining: isRelayed,
    isServing: isReady,
    onEvent: createTransportMetrics(metrics),
    onHandlerError: (error) => log.error({ error: error instanceof Error ? error : undefined }, 'a stream failed'),
    onConnectionError: (error) => log.debug({ reason: error.message }, 'a connection broke'),
  });
  const address = await server.listen(options.listen);
  const leaving = options.envoy === undefined ? undefined : createLeaving(options.envoy, log);
  const admin = await startAdmin(options.admin, {
    '/metrics': () => ({ status: 200, type: metricsContentType, body: metrics.render() }),
    '/healthz': () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/readyz': () =>
      isReady()
        ? { status: 200, type: 'text/plain', body: 'ok\n' }
        : { status: 503, type: 'text/plain', body: 'waiting for the program from the control plane\n' },
    ...(leaving && { '/drained': leaving.drained }),
  });
  const onProgramEvent = createProgramMetrics(metrics, store);
  const client = startProgramClient({
    address: options.xds.address,
    ...(options.xds.tls !== undefined && { tls: options.xds.tls }),
    node: options.node,
    store,
    log,
    onEvent(event) {
      onProgramEvent(event);
      if (store.current === undefined) return;
      // What limits are counted in takes a moment to connect, what guards search for a moment to compile: not at the
      // first request's expense.
      inlinePolicy.prepare(store.current);
      engine.pipeline.prepare(store.current);
    },
  });

  return {
    address,
    adminPort: admin.port,
    async stop() {
      await leaving?.leave();
      client.stop();
      await server.drain(options.graceMs);
      await inlinePolicy.close();
      await spans.close();
      admin.close();
    },
  };
}
