import type { MeasuredUsage } from '../../src/extproc/stages/account/index.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';

/** Models and providers are named by policy, so that the number of series is bounded. */
export function createUsageMetrics(metrics: MetricsRegistry): (measured: MeasuredUsage) => void {
  const tokens = metrics.counter(
    'sluice_tokens_total',
    'Tokens of measured requests: input and output, and how much of the input was cached.',
    ['model', 'provider', 'kind'] as const,
  );
  const cost = metrics.counter('sluice_cost_nano_usd_total', 'What measured requests cost, in nano-USD.', [
    'model',
    'provider',
  ] as const);
  const unpriced = metrics.counter('sluice_unpriced_requests_total', 'Measured requests whose cost nobody can say.', [
    'model',
    'provider',
  ] as const);
  const requests = metrics.counter('sluice_measured_requests_total', 'Requests, by how well their usage is known.', [
    'completeness',
  ] as const);
  return ({ model, provider, usage, cost: paid }) => {
    requests.of(usage.completeness).increment();
    tokens.of(model, provider, 'input').increment(usage.input);
    tokens.of(model, provider, 'output').increment(usage.output);
    if (usage.cachedInput > 0) tokens.of(model, provider, 'cached_input').increment(usage.cachedInput);
    if (paid.kind === 'known') cost.of(model, provider).increment(paid.nanoUsd);
    else unpriced.of(model, provider).increment();
  };
}
