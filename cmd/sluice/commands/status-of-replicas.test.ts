import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../../src/controller/status.ts';
import { plainKubeconfig, startTestServer } from '../../../src/kube/testing/server.ts';
import { healthy } from '../testing/healthy-status.ts';
import { runCli } from '../testing/run-cli.ts';

describe('sluice status of a cluster', () => {
  interface TestPod {
    readonly isReady?: boolean;
    readonly isLeaving?: boolean;
    /** Status of what its proxy answers. */
    readonly code?: number;
    readonly clients?: Status['clients'];
  }

  const objectOf = (name: string, { isReady = true, isLeaving = false }: TestPod) => ({
    metadata: { name, ...(isLeaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: {
      containers: [
        {
          ports: [
            { name: 'xds', containerPort: 1 },
            { name: 'admin', containerPort: 10089 },
          ],
        },
      ],
    },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  });

  /** `podsAfter` says what there is after so many lists of pods, and so many statuses that replicas were asked for. */
  async function statusOfCluster(podsAfter: (lists: number, asked: number) => Readonly<Record<string, TestPod>>) {
    let lists = 0;
    let statuses = 0;
    const api = await startTestServer((request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      const pods = podsAfter(lists, statuses);
      if (path.endsWith('/pods')) lists += 1;
      if (path.endsWith('/status')) statuses += 1;
      const replica = /\/pods\/http:(\w+):10089\/proxy\/status$/.exec(path)?.[1];
      const read = /\/pods\/(\w+)$/.exec(path)?.[1];
      const asked = pods[replica ?? read ?? ''];
      if (replica !== undefined) {
        const { code = 200, clients = healthy.clients } = asked ?? {};
        response.statusCode = code;
        const named = clients.map((client) => ({ ...client, nodeId: `of-${replica}-${client.kind}` }));
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...healthy, clients: named }));
        return;
      }
      response.setHeader('content-type', 'application/json');
      response.statusCode = read !== undefined && asked === undefined ? 404 : 200;
      const items = Object.entries(pods).map(([name, pod]) => objectOf(name, pod));
      response.end(JSON.stringify(read === undefined ? { items } : asked && objectOf(read, asked)));
    });
    const folder = await mkdtemp(join(tmpdir(), 'sluice-status-'));
    try {
      await writeFile(join(folder, 'kubeconfig'), plainKubeconfig(api.url, 'token'));
      const line = ['status', '--kubernetes', '--kubeconfig', join(folder, 'kubeconfig')];
      const { status, out, err } = await runCli(line);
      return { status, err, envoys: out.match(/of-\w(?=-envoy)/g), seen: api.seen };
    } finally {
      await api.close();
      await rm(folder, { recursive: true });
    }
  }

  it('shows the clients of every replica that is ready', async () => {
    const { seen, ...told } = await statusOfCluster(() => ({
      a: {},
      b: {},
      c: { isReady: false },
      d: { code: 503 },
    }));
    expect(told).toEqual({ status: 0, err: '', envoys: ['of-a', 'of-b'] });
    expect(seen).not.toContainEqual(expect.stringContaining('http:c:'));
  });

  it('does not ask a replica that is leaving', async () => {
    const { seen, ...told } = await statusOfCluster(() => ({ a: {}, b: { isLeaving: true, code: 500 } }));
    expect(told).toEqual({ status: 0, err: '', envoys: ['of-a'] });
    expect(seen).not.toContainEqual(expect.stringContaining('http:b:'));
  });

  it('asks one that is leaving where there is no other', async () => {
    expect(await statusOfCluster(() => ({ a: { isLeaving: true } }))).toMatchObject({ status: 0, envoys: ['of-a'] });
  });

  it.each<[string, TestPod | undefined]>([
    ['is gone', undefined],
    ['has begun to end', { isLeaving: true }],
    ['is not ready any more', { isReady: false }],
  ])('takes no failure for one, of a replica that %s when it is asked', async (_, later) => {
    // b is the second that is asked.
    const told = await statusOfCluster((_lists, asked) => {
      const b = asked < 2 ? { code: 500 } : later;
      return { a: {}, ...(b && { b }) };
    });
    expect(told).toMatchObject({ err: '', status: 0, envoys: ['of-a'] });
  });

  it('says that a replica fails which stays', async () => {
    const { status, err } = await statusOfCluster(() => ({ a: {}, b: { code: 500 } }));
    expect(status).toBe(1);
    expect(err).toContain('500');
  });

  it('waits for the clients of a replica that is leaving to be with another one', async () => {
    const leaving = { isLeaving: true };
    const told = await statusOfCluster((lists) => (lists < 2 ? { a: { clients: [] }, b: leaving } : { a: {} }));
    expect(told).toMatchObject({ err: '', status: 0, envoys: ['of-a'] });
  });

  it('waits for no client where all replicas stay', async () => {
    const { status, seen } = await statusOfCluster(() => ({ a: { clients: [] } }));
    expect(status).toBe(1);
    expect(seen.filter((line) => line.includes('/proxy/'))).toHaveLength(1);
  });
});
