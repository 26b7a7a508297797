import { expect, it } from 'vitest';
import { createControllerMetrics } from './metrics.ts';

it('counts refusals of every type from the start, so that the first one is an increase', () => {
  const text = createControllerMetrics(() => 0).render();
  for (const type of ['cluster', 'listener', 'extensionConfig', 'programModel']) {
    expect(text).toContain(`sluice_xds_nacks_total{type="${type}"} 0\n`);
  }
});
