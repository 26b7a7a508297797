import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../docs/metrics-reference.ts';
import { alertsOfChart, expressionsOfChart, readsOf } from './monitored.ts';

const alerts = alertsOfChart();
const expressions = expressionsOfChart();

/** What whoever scrapes adds to everything, and to histograms. */
const ofEverything = ['namespace', 'pod', 'le'];
const own = new Map(['controller', 'processor'].flatMap(metricsOf).map(({ name, labels }) => [name, labels]));
/** A real one is asked for its metrics in e2e/envoy/metrics.test.ts; these are the tags that its bootstrap leaves it. */
const ofEnvoy = ['envoy_response_code_class', 'envoy_cluster_name'];

describe('dashboards and alerts of the chart', () => {
  it.each(expressions)('%s reads metrics that there are, by labels that they have', (_, expression) => {
    const reads = readsOf(expression);
    expect(reads.length).toBeGreaterThan(0);
    for (const { metric, labels } of reads) {
      const known = metric.startsWith('envoy_') ? ofEnvoy : own.get(metric.replace(/_bucket$/, ''));
      expect(known, metric).toBeDefined();
      expect(
        labels.filter((label) => ![...(known ?? []), ...ofEverything].includes(label)),
        metric,
      ).toEqual([]);
    }
  });

  it.each(alerts)('$alert says how bad it is, what happens and what to do, by labels that it has', (alert) => {
    expect(alert.alert).toMatch(/^Sluice[A-Z]\w+$/);
    expect(['warning', 'critical']).toContain(alert.labels.severity);
    const { summary, description } = alert.annotations;
    expect(`${summary}\n${description}`).toMatch(/[\w}]\.\n\S.*\.$/);
    const grouped = readsOf(alert.expr).flatMap(({ labels }) => labels);
    const shown = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    expect(shown.filter((label) => !grouped.includes(label ?? ''))).toEqual([]);
  });

  it('are all in the documentation, and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/observability.md'), 'utf8');
    const described = [...page.matchAll(/^\| `(Sluice\w+)`/gm)].map(([, name]) => name);
    expect(described).toEqual(alerts.map(({ alert }) => alert));
  });
});

describe('readsOf()', () => {
  it('finds metrics, what they are chosen by and what they are grouped by', () => {
    const read = readsOf('sum by (a, b) (rate(sluice_x_total{c="1", d!~"2"}[5m])) / sum by (a, b) (envoy_y)');
    expect(read).toEqual([
      { metric: 'sluice_x_total', labels: ['a', 'b', 'c', 'd'] },
      { metric: 'envoy_y', labels: ['a', 'b'] },
    ]);
  });
});
