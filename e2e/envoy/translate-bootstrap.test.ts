import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Bootstrap, bootstrap } from '../../src/envoy/bootstrap.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { startEnvoy } from '../support/envoy-process.ts';

const atEnd = cleanupsAfterEach();
const path = join(import.meta.dirname, '../../envoy/bootstrap.yaml');

const comment = `# Bootstrap of an Envoy that is not started by "sluice run", for instance the one of a container. Written by
# \`make goldens\` from src/envoy/bootstrap.ts; names, addresses and the node id are examples to be changed.
`;

describe('envoy/bootstrap.yaml', () => {
  it('is what src/envoy/bootstrap.ts makes', () => {
    const text =
      comment +
      stringify(
        bootstrap({
          nodeId: 'envoy-1',
          gateway: 'default',
          adminPort: 9901,
          xds: { address: { host: 'controller', port: 18000 } },
          processors: [{ path: '/run/sluice/processor-0.sock' }, { path: '/run/sluice/processor-1.sock' }],
        }),
        { aliasDuplicateObjects: false, lineWidth: 120 },
      );
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('starts an Envoy, which waits for the control plane before it calls itself ready', async () => {
    const { admin: _, ...rest } = parse(readFileSync(path, 'utf8')) as Bootstrap;
    const envoy = await startEnvoy(rest, { waitFor: 'admin' });
    atEnd(() => envoy.stop());
    expect(await envoy.admin('/ready')).toMatch(/^(PRE_INITIALIZING|INITIALIZING)/);
    expect(await envoy.stat('overload.envoy.resource_monitors.fixed_heap.pressure')).toBeLessThan(50);
  });
});
