import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectKubeClient, type KubeClient } from './client.ts';
import { kubeErrorText } from './error.ts';
import { plainKubeconfig, startTestServer, type TestServer } from './testing/server.ts';

const token = 'sk-a-token-that-nobody-may-see';
const models = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models', namespace: 'team-a' };
const small = { ...models, name: 'small' };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connected(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  timeoutMs = 2_000,
  credential = token,
): Promise<{ readonly client: KubeClient; readonly server: TestServer }> {
  const server = await startTestServer(answer);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, plainKubeconfig(server.url, credential));
  const client = await connectKubeClient({ kubeconfig, timeoutMs });
  if (!client.ok) throw new Error(client.error);
  closing.push(
    () => rm(folder, { recursive: true }),
    () => server.close(),
    () => client.value.close(),
  );
  return { client: client.value, server };
}

function json(response: ServerResponse, code: number, body: unknown, headers = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const found = { apiVersion: 'sluice.dev/v1alpha1', kind: 'Model', metadata: { name: 'small' } };

describe('connectKubeClient()', () => {
  it('calls with the credential of the kubeconfig, and knows its namespace', async () => {
    let seen: string | undefined;
    const { client, server } = await connected((request, response) => {
      seen = request.headers.authorization;
      json(response, 200, found);
    });
    expect(await client.get(small)).toEqual({ ok: true, value: found });
    expect(seen).toBe(`Bearer ${token}`);
    expect(server.seen).toEqual(['GET /apis/sluice.dev/v1alpha1/namespaces/team-a/models/small']);
    expect(client.namespace).toBe('here');
  });

  it('says what is wrong with a kubeconfig', async () => {
    expect(await connectKubeClient({ kubeconfig: '/nowhere' })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^the kubeconfig cannot be read: ENOENT/),
    });
  });

  it('says it in one line, whatever the parser shows', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
    closing.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'config'), 'not: [yaml\n');
    const answer = await connectKubeClient({ kubeconfig: join(folder, 'config') });
    expect(answer).toEqual({ ok: false, error: expect.stringMatching(/^the kubeconfig cannot be read: .*\(2:1\)$/) });
  });

  it('says that there is no kubeconfig, and calls nobody', async () => {
    for (const name of ['KUBECONFIG', 'KUBERNETES_SERVICE_HOST']) vi.stubEnv(name, '');
    vi.stubEnv('HOME', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await connectKubeClient()).toEqual({
      ok: false,
      error: 'there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config not there',
    });
  });

  it('says which context is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-client-'));
    closing.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'config'), plainKubeconfig('http://127.0.0.1:1', token));
    expect(await connectKubeClient({ kubeconfig: join(folder, 'config'), context: 'prod' })).toEqual({
      ok: false,
      error: 'the kubeconfig has no context "prod" with a cluster',
    });
  });
});

describe('KubeClient', () => {
  it('gives errors in the words of the API server, without secrets that stand in them', async () => {
    const { client } = await connected((_, response) =>
      json(response, 409, { kind: 'Status', reason: 'Conflict', message: `modified: Bearer ${token}` }),
    );
    const answer = await client.get(small);
    expect(answer).toMatchObject({ ok: false, error: { code: 409, reason: 'Conflict' } });
    expect(answer.ok ? '' : kubeErrorText(answer.error)).toMatch(/^Conflict \(409\): modified/);
    expect(JSON.stringify(answer)).not.toContain(token);
  });

  it('says how long the API server wants to be left alone', async () => {
    const { client } = await connected((_, response) => json(response, 429, {}, { 'retry-after': '3' }));
    expect(await client.get(small)).toMatchObject({ error: { reason: 'TooManyRequests', retryAfterMs: 3000 } });
  });

  it('asks again when the API server wants to be, as long as there is time, and not for ever', async () => {
    let refusals = 1;
    const { client, server } = await connected((_, response) => {
      if (refusals-- > 0) json(response, 429, {}, { 'retry-after': '0.05' });
      else json(response, 200, found);
    });
    expect(await client.get(small)).toEqual({ ok: true, value: found });
    expect(server.seen).toHaveLength(2);
    refusals = 100;
    expect(await client.get(small)).toMatchObject({ error: { code: 429 } });
    expect(server.seen).toHaveLength(6);
  });

  it('ends a pause when it is closed', async () => {
    const { client, server } = await connected((_, response) => json(response, 503, {}, { 'retry-after': '1.9' }));
    const answer = client.get(small);
    await expect.poll(() => server.seen.length).toBe(1);
    const began = performance.now();
    setTimeout(() => client.close(), 20);
    expect(await answer).toMatchObject({ error: { reason: 'Closed' } });
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('ends calls that nobody answers', async () => {
    const { client } = await connected(() => undefined, 50);
    expect(await client.get(small)).toMatchObject({ error: { code: 0, reason: 'Timeout' } });
  });

  it('ends calls that nobody accepts, and those after closing', async () => {
    const { client, server } = await connected(() => undefined);
    await server.close();
    expect(await client.get(small)).toMatchObject({ error: { code: 0, reason: 'Unreachable' } });
    client.close();
    expect(await client.get(small)).toMatchObject({ error: { code: 0, reason: 'Closed' } });
  });

  it('repeats a call whose connection was idle for too long', async () => {
    let calls = 0;
    const { client } = await connected((request, response) => {
      calls++;
      if (calls === 2) request.socket.destroy();
      else json(response, 200, found);
    });
    expect((await client.get(small)).ok).toBe(true);
    expect((await client.get(small)).ok).toBe(true);
    expect(calls).toBe(3);
  });

  it('says when a credential cannot be sent, and not what it is', async () => {
    const { client } = await connected(() => undefined, 2_000, `${token}\n`);
    const answer = await client.get(small);
    expect(answer).toMatchObject({ error: { code: 0, reason: 'Unauthenticated' } });
    expect(JSON.stringify(answer)).not.toContain(token);
  });

  it('does not take a page of somebody else for an object', async () => {
    const { client } = await connected((_, response) => response.end('<html>sign in</html>'));
    expect(await client.get(small)).toMatchObject({ error: { reason: 'Unreadable' } });
    expect(await client.list(models)).toMatchObject({ error: { reason: 'Unreadable' } });
  });

  it('writes as the API server wants it', async () => {
    const seen: unknown[] = [];
    const { client, server } = await connected((request, response, body) => {
      seen.push([request.headers['content-type'], JSON.parse(body)]);
      json(response, 200, found);
    });
    await client.apply(small, { spec: {} });
    await client.patchStatus(small, { conditions: [] }, { resourceVersion: '7' });
    await client.create(models, found, { dryRun: true });
    await client.delete(small, { uid: 'u' });
    const path = '/apis/sluice.dev/v1alpha1/namespaces/team-a/models';
    expect(server.seen).toEqual([
      `PATCH ${path}/small?fieldManager=sluice&force=true`,
      `PATCH ${path}/small/status?fieldManager=sluice`,
      `POST ${path}?dryRun=All&fieldManager=sluice`,
      `DELETE ${path}/small`,
    ]);
    expect(seen).toEqual([
      ['application/apply-patch+yaml', { spec: {} }],
      ['application/merge-patch+json', { metadata: { resourceVersion: '7' }, status: { conditions: [] } }],
      ['application/json', found],
      ['application/json', { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' } }],
    ]);
  });

  it('asks for metadata alone where nothing else is wanted', async () => {
    const accepted: (string | undefined)[] = [];
    const { client } = await connected((request, response) => {
      accepted.push(request.headers.accept);
      json(response, 200, { metadata: { resourceVersion: '3', continue: '' }, items: [found] });
    });
    const all = { ok: true, value: { items: [found], resourceVersion: '3' } };
    expect(await client.list(models, { metadataOnly: true })).toEqual(all);
    expect(await client.list(models, { metadataOnly: false })).toEqual(all);
    expect(await client.list(models)).toEqual(all);
    expect(accepted).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json',
      'application/json',
    ]);
  });

  it.each([
    ['no metadata', { items: [] }],
    ['an item without metadata', { metadata: {}, items: [found, {}] }],
    ['items that are no list', { metadata: {}, items: {} }],
    ['a version that is no text', { metadata: { resourceVersion: 5 } }],
    ['a list instead of a map', []],
  ])('takes no list with %s', async (_, body) => {
    const { client } = await connected((_request, response) => json(response, 200, body));
    expect(await client.list(models)).toMatchObject({ ok: false, error: { code: 0, reason: 'Unreadable' } });
  });

  it('takes a list without items for an empty one', async () => {
    const { client } = await connected((_, response) =>
      json(response, 200, { metadata: { continue: 'p2' }, items: null }),
    );
    expect(await client.list(models)).toEqual({ ok: true, value: { items: [], resourceVersion: '', continue: 'p2' } });
  });

  it.each([{}, [], { metadata: [] }, 'text', null])('takes %j for no object', async (body) => {
    const { client } = await connected((_, response) => json(response, 200, body));
    expect(await client.get(small)).toMatchObject({ error: { reason: 'Unreadable' } });
  });

  it('gives what was refused as it was refused', async () => {
    const { client } = await connected((_, response) => json(response, 404, { kind: 'Status', reason: 'NotFound' }));
    const refused = { ok: false, error: { code: 404, reason: 'NotFound' } };
    expect(await client.list(models)).toMatchObject(refused);
    expect(await client.delete(small)).toMatchObject(refused);
    expect(await client.raw('/version')).toMatchObject(refused);
  });

  it('replaces, patches and tries as the API server wants it', async () => {
    const bodies: unknown[] = [];
    const { client, server } = await connected((_, response, body) => {
      bodies.push(JSON.parse(body));
      json(response, 200, found);
    });
    await client.replace(small, found, { subresource: 'scale', dryRun: true });
    await client.patch(small, { spec: { a: null } }, { dryRun: true });
    await client.apply(small, { spec: {} }, { dryRun: true, force: false, fieldManager: 'another' });
    await client.patchStatus(small, { a: 1 });
    await client.delete(small, { resourceVersion: '7', propagation: 'Foreground' });
    const path = '/apis/sluice.dev/v1alpha1/namespaces/team-a/models/small';
    expect(server.seen).toEqual([
      `PUT ${path}/scale?dryRun=All&fieldManager=sluice`,
      `PATCH ${path}?dryRun=All&fieldManager=sluice`,
      `PATCH ${path}?dryRun=All&fieldManager=another&force=false`,
      `PATCH ${path}/status?fieldManager=sluice`,
      `DELETE ${path}`,
    ]);
    expect(bodies.slice(3)).toEqual([
      { status: { a: 1 } },
      {
        ...{ apiVersion: 'v1', kind: 'DeleteOptions' },
        preconditions: { resourceVersion: '7' },
        propagationPolicy: 'Foreground',
      },
    ]);
  });
});
