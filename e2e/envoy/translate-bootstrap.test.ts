import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Bootstrap } from '../../src/envoy/bootstrap.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { startEnvoy } from '../support/envoy-process.ts';

const atEnd = cleanupsAfterEach();
const path = join(import.meta.dirname, '../../envoy/bootstrap.yaml');

it('envoy/bootstrap.yaml starts an Envoy, which waits for the control plane before it calls itself ready', async () => {
  const { admin: _, ...rest } = parse(readFileSync(path, 'utf8')) as Bootstrap;
  const envoy = await startEnvoy(rest, { waitFor: 'admin' });
  atEnd(() => envoy.stop());
  expect(await envoy.admin('/ready')).toMatch(/^(PRE_INITIALIZING|INITIALIZING)/);
  expect(await envoy.stat('overload.envoy.resource_monitors.fixed_heap.pressure')).toBeLessThan(50);
});
