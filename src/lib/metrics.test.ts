import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { addProcessMetrics } from './metrics-process.ts';

describe('createMetrics()', () => {
  it('renders counters, gauges and histograms in the Prometheus text format, sorted by name', () => {
    const metrics = createMetrics();
    metrics.counter('b_total', 'Things.').increment(2);
    metrics.gauge('c', 'Level.').set(-1.5);
    const histogram = metrics.histogram('a_seconds', 'Times.', [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value);
    expect(metrics.render()).toBe(
      [
        '# HELP a_seconds Times.',
        '# TYPE a_seconds histogram',
        'a_seconds_bucket{le="0.1"} 2',
        'a_seconds_bucket{le="1"} 3',
        'a_seconds_bucket{le="+Inf"} 4',
        'a_seconds_sum 3.65',
        'a_seconds_count 4',
        '# HELP b_total Things.',
        '# TYPE b_total counter',
        'b_total 2',
        '# HELP c Level.',
        '# TYPE c gauge',
        'c -1.5',
        '',
      ].join('\n'),
    );
  });

  it('gives one handle per label set', () => {
    const metrics = createMetrics();
    const requests = metrics.counter('requests_total', 'Requests.', ['api', 'status'] as const);
    requests.of('chat', '200').increment();
    requests.of('chat', '200').increment();
    requests.of('chat', '429').increment();
    expect(requests.of('chat', '200')).toBe(requests.of('chat', '200'));
    expect(metrics.render()).toContain('requests_total{api="chat",status="200"} 2\n');
    expect(metrics.render()).toContain('requests_total{api="chat",status="429"} 1\n');
  });

  it('escapes help texts and label values', () => {
    const metrics = createMetrics();
    metrics
      .gauge('g', 'A \\ and\na line.', ['l'] as const)
      .of('say "hi"\\\n')
      .set(1);
    expect(metrics.render()).toBe('# HELP g A \\\\ and\\na line.\n# TYPE g gauge\ng{l="say \\"hi\\"\\\\\\n"} 1\n');
  });

  it('puts values of a label beyond the bound under other, and keeps the other labels', () => {
    const metrics = createMetrics();
    const family = metrics.counter('n_total', 'N.', ['model', 'status'] as const, { valuesPerLabel: 2 });
    for (const model of ['a', 'b', 'c', 'd', 'a']) family.of(model, '200').increment();
    const text = metrics.render();
    expect(text).toContain('n_total{model="a",status="200"} 2\n');
    expect(text).toContain('n_total{model="other",status="200"} 2\n');
    expect(text).not.toContain('"c"');
  });

  it('puts whole label sets beyond the bound under other, so that memory is bounded whatever the labels are', () => {
    const metrics = createMetrics();
    const family = metrics.counter('n_total', 'N.', ['x', 'y'] as const, { series: 3 });
    for (let x = 0; x < 50; x++) for (let y = 0; y < 50; y++) family.of(String(x), String(y)).increment();
    const lines = metrics
      .render()
      .split('\n')
      .filter((line) => line.startsWith('n_total'));
    expect(lines).toHaveLength(4);
    expect(lines).toContain('n_total{x="other",y="other"} 2497');
  });

  it('ignores what would make a counter fall and a sum meaningless', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('n_total', 'N.');
    counter.increment(3);
    counter.increment(-1);
    counter.increment(Number.NaN);
    expect(counter.value()).toBe(3);
    const histogram = metrics.histogram('h', 'H.', [1]);
    histogram.observe(Number.NaN);
    expect([histogram.count(), histogram.sum()]).toEqual([0, 0]);
  });

  it('reads some values only at the scrape', () => {
    const metrics = createMetrics();
    let reads = 0;
    metrics.gaugeAtScrape('age_seconds', 'Age.', () => ++reads);
    expect(reads).toBe(0);
    expect(metrics.render()).toContain('age_seconds 1\n');
    expect(metrics.render()).toContain('age_seconds 2\n');
  });

  it('refuses doubled and malformed names, and buckets that do not rise', () => {
    const metrics = createMetrics();
    metrics.gauge('g', 'G.');
    expect(() => metrics.counter('g', 'G.')).toThrow('registered twice');
    expect(() => metrics.counter('no-dashes', 'G.')).toThrow('not valid');
    expect(() => metrics.counter('le_total', 'G.', ['le'] as const)).toThrow('not valid');
    expect(() => metrics.histogram('h', 'H.', [1, 1])).toThrow('must rise');
    expect(() => metrics.histogram('h', 'H.', [])).toThrow('must rise');
  });

  it('counts through a bound handle without allocating', () => {
    const counter = createMetrics()
      .counter('n_total', 'N.', ['a'] as const)
      .of('x');
    const histogram = createMetrics().histogram('h', 'H.', [0.1, 1, 10]);
    const work = (): void => {
      for (let n = 0; n < 200_000; n++) {
        counter.increment();
        histogram.observe(n * 0.0001);
      }
    };
    work();
    const before = process.memoryUsage().heapUsed;
    work();
    // A boxed double per call would be millions of bytes; garbage collection can only lower the figure.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
  });
});

describe('addProcessMetrics()', () => {
  it('tells CPU time, memory and the delay of the event loop', () => {
    const metrics = createMetrics();
    addProcessMetrics(metrics);
    const text = metrics.render();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_heap_used_bytes']) {
      expect(Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0);
    }
    expect(text).toMatch(/^nodejs_eventloop_delay_p99_seconds [0-9.e-]+$/m);
  });
});
