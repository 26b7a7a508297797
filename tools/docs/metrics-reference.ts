import { createInlinePolicy } from '../../cmd/processor/inline-policy.ts';
import { createProgramMetrics } from '../../cmd/processor/program-metrics.ts';
import { createSpanMetrics } from '../../cmd/processor/tracing.ts';
import { createTransportMetrics } from '../../cmd/processor/transport-metrics.ts';
import { createControllerMetrics } from '../../src/controller/metrics.ts';
import { createEngineMetrics } from '../../src/extproc/metrics.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { createMetrics, type MetricFamily } from '../../src/lib/metrics.ts';
import { ProgramStore } from '../../src/program/store.ts';
import { markdownTable } from './markdown.ts';

const components: Readonly<Record<string, () => readonly MetricFamily[]>> = {
  controller: () => createControllerMetrics(() => 0).families(),
  processor: () => {
    const metrics = createMetrics();
    createEngineMetrics(metrics);
    createTransportMetrics(metrics);
    createProgramMetrics(metrics, new ProgramStore());
    createSpanMetrics(metrics);
    createInlinePolicy(silentLogger, metrics, 0);
    return metrics.families();
  },
};

/** What a component exposes, out of its own registry. */
export function metricsOf(component: string): readonly MetricFamily[] {
  const families = components[component];
  if (families === undefined) throw new Error(`no metrics of ${component}`);
  return families();
}

export function metricsReference(component: string): string {
  const rows = metricsOf(component).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return markdownTable(['metric', 'type', 'labels', 'meaning'], rows);
}
