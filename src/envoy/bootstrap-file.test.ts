import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bootstrap } from './bootstrap.ts';

const comment = `# Bootstrap of an Envoy that is not started by "sluice run", for instance the one of a container. Written by
# \`make goldens\` from src/envoy/bootstrap.ts; names, addresses and the node id are examples to be changed.
`;

it('envoy/bootstrap.yaml is what src/envoy/bootstrap.ts makes', () => {
  const path = join(import.meta.dirname, '../../envoy/bootstrap.yaml');
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
