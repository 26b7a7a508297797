import type { TestGateway } from './gateway.ts';
import { documents } from './policy-documents.ts';
import { until } from './until.ts';

/** Puts policies in the place of those before, and waits: Envoy takes a change a moment after it has been published. */
export function applying(gateway: () => TestGateway) {
  return async (policies: readonly string[], inForce: () => Promise<boolean>): Promise<void> => {
    await gateway().write('policies.yaml', documents(...policies));
    await until('the change is in force', inForce, { seen: () => gateway().plane.status().documents });
  };
}
