import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../testing/run-cli.ts';

describe('sluice crds', () => {
  it('prints what the chart holds, as YAML and as JSON', async () => {
    const yaml = await runCli(['crds', '--include', 'own']);
    const json = await runCli(['crds', '--include', 'own', '--output', 'json']);
    const documents = parseAllDocuments(yaml.out).map((document) => document.toJS());
    expect(documents.map(({ metadata }) => metadata.name)).toContain('providers.sluice.dev');
    expect(JSON.parse(json.out)).toEqual({ apiVersion: 'v1', kind: 'List', items: documents });
  });

  it('prints single groups', async () => {
    const { out, status } = await runCli(['crds', '--group', 'sluice.dev']);
    expect(status).toBe(0);
    const groups = parseAllDocuments(out).map((document) => document.toJS().spec.group);
    expect(new Set(groups)).toEqual(new Set(['sluice.dev']));
  });

  it('says which group was probably meant', async () => {
    const { err, status } = await runCli(['crds', '--group', 'sluice.de']);
    expect(status).toBe(2);
    expect(err).toContain('There is no group sluice.de here. Did you mean sluice.dev?');
  });
});

describe('sluice crds apply', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-crds-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const apply = async (server: string) => {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(server));
    return runCli(['crds', 'apply', '--include', 'own', '--kubeconfig', kubeconfig]);
  };

  it('says that there is no cluster', async () => {
    const { err, status } = await runCli(['crds', 'apply', '--kubeconfig', join(folder, 'none')]);
    expect(status).toBe(1);
    expect(err).toMatch(/^sluice crds apply: No cluster: .* Name one by --kubeconfig or --context\.\n$/);
  });

  it('says once that the API server does not answer', async () => {
    const { err, status } = await apply('http://127.0.0.1:1');
    expect(status).toBe(1);
    expect(err).toMatch(/^sluice crds apply: The API server http:\/\/127.0.0.1:1 does not answer: .*\.\n$/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('says once which right is missing', async () => {
    const { err, status } = await answering(403, { reason: 'Forbidden', message: 'no' }, apply);
    expect(status).toBe(1);
    expect(err).toBe(
      'sluice crds apply: You may not change providers.sluice.dev. ' +
        'This needs the right to get, create and patch customresourcedefinitions in the whole cluster.\n',
    );
  });

  it('goes on with the others when one belongs to somebody else', async () => {
    const message = 'Apply failed with 2 conflicts: conflicts with "helm" using apiextensions.k8s.io/v1: .spec.a';
    const { err, status } = await answering(409, { reason: 'Conflict', message }, apply);
    expect(status).toBe(1);
    expect(err).toContain(
      'limits.sluice.dev was installed by helm and says other things. ' +
        'Leave it alone with --include own, or take it over with --force.\n',
    );
    expect(err.trim().split('\n').length).toBeGreaterThan(5);
  });
});

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'x' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  });
}

/** A server whose every answer is the same, except that nothing is there yet. */
async function answering<T>(code: number, status: object, use: (server: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' && code === 409 ? 404 : code;
    response.writeHead(answer, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', code: answer, ...status }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
