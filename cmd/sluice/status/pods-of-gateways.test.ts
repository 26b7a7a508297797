import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainKubeconfig, startTestServer } from '../../../src/kube/testing/server.ts';
import { runCli } from '../testing/run-cli.ts';

const controller = {
  metadata: { name: 'controller-0' },
  spec: { containers: [{ ports: [{ name: 'admin', containerPort: 10089 }] }] },
};
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const pulling = (name: string) => ({
  containerStatuses: [{ name, state: { waiting: { reason: 'ErrImagePull', message: '401 Unauthorized' } } }],
});
const status = {
  version: '0.1.0',
  startedAt: '2026-01-01T00:00:00Z',
  revision: 1,
  documents: [],
  problems: [],
  gateways: [{ name: 'team/Edge', listeners: ['http://0.0.0.0:80'], providers: 0, models: 0, keys: 0 }],
  clients: [],
};

/** What `sluice status` says of a cluster with these pods; `undefined`: who asks may not see them. */
async function statusWith(
  controllers: readonly object[] | undefined,
  pods: readonly object[] | undefined,
  ...args: string[]
) {
  const api = await startTestServer((request, response) => {
    const url = request.url ?? '';
    const isOfGateway = url.startsWith('/api/v1/namespaces/team/pods?');
    const items = isOfGateway ? pods : controllers;
    response.statusCode = items === undefined ? 403 : 200;
    const answer = url.endsWith('/proxy/status') ? status : { items, message: 'pods is forbidden' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const folder = await mkdtemp(join(tmpdir(), 'sluice-status-'));
  try {
    await writeFile(join(folder, 'kubeconfig'), plainKubeconfig(api.url, 'token'));
    const told = await runCli(['status', '--kubernetes', '--kubeconfig', join(folder, 'kubeconfig'), ...args]);
    return { ...told, seen: api.seen };
  } finally {
    await api.close();
    await rm(folder, { recursive: true });
  }
}

const controllers = [{ ...controller, status: ready }];

describe('sluice status of a Gateway that nobody serves', () => {
  it.each<[string, readonly object[] | undefined, string]>([
    [
      'why its pods do not run',
      [{ metadata: { name: 'edge-1' }, status: pulling('envoy') }],
      'container envoy of edge-1: ErrImagePull: 401 Unauthorized',
    ],
    ['that it has no pods', [], 'It has no pods: kubectl -n team describe gateway Edge says why.'],
    [
      'who knows, where they run',
      [{ metadata: { name: 'edge-1' }, status: {} }],
      'It has a pod; the log of its container envoy, or of its processor says why.',
    ],
    ['that they cannot be seen', undefined, 'Why, its pods would say, which cannot be seen: '],
  ])('says %s', async (_, pods, line) => {
    const told = await statusWith(controllers, pods);
    expect(told.out).toContain(`      No processor is connected.\n      ${line}`);
    expect(told.status).toBe(1);
    // By the name that they have, where a Gateway's cannot be that of a Service.
    expect(told.seen.join()).toMatch(/gateway-name%3Dgw-/);
  });

  it('says it to scripts as well', async () => {
    const { out } = await statusWith(controllers, [], '--output', 'json');
    expect(JSON.parse(out).pods).toEqual({ 'team/Edge': [expect.stringContaining('It has no pods')] });
  });
});

describe('sluice status of a control plane that does not run', () => {
  it('says why', async () => {
    const { err } = await statusWith([{ ...controller, status: pulling('controller') }], []);
    expect(err).toContain('no replica is ready; container controller of controller-0: ErrImagePull: 401 Unauthorized');
  });

  it('says which rights are missing where it may not look', async () => {
    const { err } = await statusWith(undefined, []);
    expect(err).toContain('Ask for the right to list and get pods and get pods/proxy there.');
  });
});
