import type { Counter, Gauge, Histogram, Sample } from './metrics-cells.ts';
import { createCounter, createGauge, createHistogram } from './metrics-cells.ts';
import { createFamily, type Family, type FamilyLimits } from './metrics-family.ts';
import { type Exposed, renderExposition } from './metrics-text.ts';
import { compareText } from './sort.ts';

export type { Counter, Histogram } from './metrics-cells.ts';
export { metricsContentType } from './metrics-text.ts';

/** What a metric is, whatever it counts. */
export type MetricFamily = Pick<Exposed, 'name' | 'type' | 'labels' | 'help'>;

/** From half a millisecond to five minutes: gateways add little, models take long. */
export const latencyBuckets: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
];

/**
 * Metrics in the Prometheus text format. A metric without labels is its own handle; one with labels gives a handle per
 * label set, which hot code asks for once: counting through a handle allocates nothing.
 */
export interface MetricsRegistry {
  counter(name: string, help: string): Counter;
  counter<L extends readonly string[]>(
    name: string,
    help: string,
    labels: L,
    limits?: FamilyLimits,
  ): Family<Counter, L>;
  gauge(name: string, help: string): Gauge;
  gauge<L extends readonly string[]>(name: string, help: string, labels: L, limits?: FamilyLimits): Family<Gauge, L>;
  /** A value that is read when somebody looks, instead of being kept up to date. */
  gaugeAtScrape(name: string, help: string, read: () => number): void;
  counterAtScrape(name: string, help: string, read: () => number): void;
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;
  histogram<L extends readonly string[]>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: L,
    limits?: FamilyLimits,
  ): Family<Histogram, L>;
  /** Everything that is exposed, by name. */
  families(): readonly MetricFamily[];
  /** The exposition, rendered now. */
  render(): string;
}

const metricName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function createMetrics(): MetricsRegistry {
  const exposed = new Map<string, Exposed>();

  /** Throws, since a wrong or doubled name is a mistake in the program that every start shows. */
  function register(metric: Exposed): void {
    if (!metricName.test(metric.name)) throw new Error(`metric name ${metric.name} is not valid`);
    if (exposed.has(metric.name)) throw new Error(`metric ${metric.name} is registered twice`);
    for (const label of metric.labels) {
      if (!metricName.test(label) || label === 'le') throw new Error(`label ${label} of ${metric.name} is not valid`);
    }
    exposed.set(metric.name, metric);
  }

  /** The handle itself where there are no labels, else the family of handles. */
  function add<H extends Sample, L extends readonly string[]>(
    metric: Pick<Exposed, 'name' | 'help' | 'type'>,
    create: () => H,
    labels: L | undefined,
    limits: FamilyLimits = {},
  ): H | Family<H, L> {
    if (labels === undefined) {
      const handle = create();
      register({ ...metric, labels: [], series: () => [[[], handle]] });
      return handle;
    }
    const family = createFamily(labels, create, limits);
    register({ ...metric, labels, series: family.series });
    return family;
  }

  function atScrape(type: 'counter' | 'gauge', name: string, help: string, read: () => number): void {
    register({ name, help, type, labels: [], series: () => [[[], { lines: () => [['', '', read()]] }]] });
  }

  const sorted = (): readonly Exposed[] => [...exposed.values()].sort((a, b) => compareText(a.name, b.name));

  // The overloads of the interface say which of the two shapes a call gives; one implementation cannot.
  return {
    counter: (name: string, help: string, labels?: readonly string[], limits?: FamilyLimits) =>
      add({ name, help, type: 'counter' }, createCounter, labels, limits),
    gauge: (name: string, help: string, labels?: readonly string[], limits?: FamilyLimits) =>
      add({ name, help, type: 'gauge' }, createGauge, labels, limits),
    histogram: (
      name: string,
      help: string,
      buckets: readonly number[],
      labels?: readonly string[],
      limits?: FamilyLimits,
    ) => add({ name, help, type: 'histogram' }, () => createHistogram(buckets), labels, limits),
    gaugeAtScrape: (name, help, read) => atScrape('gauge', name, help, read),
    counterAtScrape: (name, help, read) => atScrape('counter', name, help, read),
    families: () => sorted(),
    render: () => renderExposition(sorted()),
  } as MetricsRegistry;
}
