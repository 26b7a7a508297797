import { createInlinePolicy } from '../../cmd/processor/inline-policy.ts';
import { createProgramMetrics } from '../../cmd/processor/program-metrics.ts';
import { createSpanMetrics } from '../../cmd/processor/tracing.ts';
import { createTransportMetrics } from '../../cmd/processor/transport-metrics.ts';
import { createControllerMetrics } from '../../src/controller/metrics.ts';
import { createEngineMetrics } from '../../src/extproc/metrics.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { ProgramStore } from '../../src/program/store.ts';
import { markdownTable } from './markdown.ts';

const expositions: Readonly<Record<string, () => string>> = {
  controller: () => createControllerMetrics(() => 0).render(),
  processor: () => {
    const metrics = createMetrics();
    createEngineMetrics(metrics);
    createTransportMetrics(metrics);
    createProgramMetrics(metrics, new ProgramStore());
    createSpanMetrics(metrics);
    createInlinePolicy(silentLogger, metrics, 0);
    return metrics.render();
  },
};

/** Name, type and meaning of what a component exposes, out of its own exposition. */
export function metricsReference(component: string): string {
  const render = expositions[component];
  if (render === undefined) throw new Error(`no metrics of ${component}`);
  const help = new Map([...render().matchAll(/^# HELP (\S+) (.*)$/gm)].map((match) => [match[1], match[2] ?? '']));
  const rows = [...render().matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [
    `\`${match[1]}\``,
    match[2] ?? '',
    help.get(match[1]) ?? '',
  ]);
  return markdownTable(['metric', 'type', 'meaning'], rows);
}
