import type { Sample } from './metrics-cells.ts';

export const metricsContentType = 'text/plain; version=0.0.4';

export interface Exposed {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  series(): readonly (readonly [values: readonly string[], sample: Sample])[];
}

/** The Prometheus text format, in the order of the metrics. */
export function renderExposition(metrics: readonly Exposed[]): string {
  return metrics.map(renderMetric).join('');
}

function renderMetric(metric: Exposed): string {
  let text = `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
  for (const [values, sample] of metric.series()) {
    const pairs = metric.labels.map((label, index) => `${label}="${escapeLabel(values[index] ?? '')}"`);
    for (const [suffix, bound, value] of sample.lines()) {
      const all = bound === '' ? pairs : [...pairs, `le="${bound}"`];
      text += `${metric.name}${suffix}${all.length === 0 ? '' : `{${all.join(',')}}`} ${renderNumber(value)}\n`;
    }
  }
  return text;
}

function renderNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
