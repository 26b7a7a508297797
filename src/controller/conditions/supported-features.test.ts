import { expect, it } from 'vitest';
import { supportedFeatures } from './supported-features.ts';

it('are in the order of their names, each of them once, as the contract of GatewayClass wants them', () => {
  expect(supportedFeatures).toEqual([...new Set(supportedFeatures)].sort());
});
