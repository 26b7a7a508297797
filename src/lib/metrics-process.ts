import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricsRegistry } from './metrics.ts';

/** What every process tells about itself, under the names that common dashboards expect. */
export function addProcessMetrics(metrics: MetricsRegistry): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.gaugeAtScrape(
    'process_start_time_seconds',
    'Start of the process, in seconds since the epoch.',
    () => startedAt,
  );
  metrics.counterAtScrape('process_cpu_seconds_total', 'CPU time used, user and system.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gaugeAtScrape('process_resident_memory_bytes', 'Memory held.', () => process.memoryUsage.rss());
  metrics.gaugeAtScrape('nodejs_heap_used_bytes', 'JavaScript heap in use.', () => process.memoryUsage().heapUsed);
  // The timer of the histogram keeps no process alive.
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.gaugeAtScrape('nodejs_eventloop_delay_p99_seconds', 'Event loop delay since the last scrape, p99.', () => {
    const seconds = delay.percentile(99) / 1e9;
    delay.reset();
    return Number.isFinite(seconds) ? seconds : 0;
  });
}
