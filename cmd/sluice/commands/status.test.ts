import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { healthy } from '../testing/healthy-status.ts';
import { runCli } from '../testing/run-cli.ts';

describe('sluice status', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  async function statusOf(body: unknown, ...args: string[]) {
    server = createServer((request, response) => {
      response.statusCode = request.url === '/status' ? 200 : 404;
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return runCli(['status', '--admin', `http://127.0.0.1:${port}`, ...args]);
  }

  it('looks at its flags before it asks anybody', async () => {
    const { status, err } = await runCli(['status', '--admin', 'http://127.0.0.1:1', '--envoy', 'abc']);
    expect([status, err.split('\n')[0]]).toEqual([2, 'sluice status: --envoy abc is not a port.']);
  });

  it('shows documents, gateways and clients as tables', async () => {
    const { status, out } = await statusOf(healthy);
    expect(out).toBe(`Sluice 0.1.0, up for 3h, policy revision 4

Documents
  Model/small  in force  models.yaml:1

Gateways
  default  http://0.0.0.0:10080  2 providers, 1 model, 1 key

Clients
  egress-0              envoy 1.40.0  for ${/for (\d+)s/.exec(out)?.[1]}s  synced  Cluster 3, Listener 1
  egress-0-processor-0  processor     for ${/for (\d+)s/.exec(out)?.[1]}s  synced  Key 1
`);
    expect(status).toBe(0);
  });

  it('says of clients whose they are where several gateways have some, and nothing twice of documents in a cluster', async () => {
    const clients = healthy.clients.map((one) => (one.kind === 'envoy' ? { ...one, gateway: 'team-a/edge' } : one));
    const documents = [{ id: 'Model/team-a/m', source: 'Model/team-a/m', state: 'in force' as const, problems: [] }];
    const { out } = await statusOf({ ...healthy, clients, documents });
    expect(out).toMatch(/^ {2}egress-0 +team-a\/edge +envoy 1\.40\.0 /m);
    expect(out).toMatch(/^ {2}egress-0-processor-0 +default +processor /m);
    expect(out).toContain('\n  Model/team-a/m  in force\n');
  });

  it('shows under which URL callers reach it, once that is known', async () => {
    const { out } = await statusOf({ ...healthy, publicUrl: 'https://ai.example.com' });
    expect(out).toContain('policy revision 4\nCallers reach it as https://ai.example.com\n\nDocuments\n');
  });

  const problem = { source: 'l.yaml:1', path: 'spec', message: 'm', remedy: 'r' };
  const good = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...healthy.documents[0],
      id: `${kind}/k${String(index).padStart(3, '0')}`,
    }));
  const idle = { ...healthy.documents[0], id: 'Limit/idle', problems: [{ ...problem, severity: 'warning' }] };
  const wrong = { ...healthy.documents[0], id: 'Model/wrong', problems: [{ ...problem, severity: 'error' }] };
  const stale = { ...healthy.documents[0], id: 'Provider/stale', state: 'stale' };
  const listed = (out: string) => [...out.matchAll(/^ {2}([A-Z]\w+\/\S+)/gm)].map(([, id]) => id);

  it('shows what is wrong first, then what is doubtful, and counts the rest where it is much', async () => {
    const documents = [...good('ApiKey', 19), idle, ...good('Model', 2), wrong, stale];
    const { out } = await statusOf({ ...healthy, documents });
    expect(listed(out)).toEqual(['Model/wrong', 'Provider/stale', 'Limit/idle']);
    expect(out).toContain(
      '      → r\n  in force, without a problem: ApiKey 19, Model 2 (--all lists them)\n\nGateways\n',
    );
  });

  it('lists the rest where it is little, or with --all', async () => {
    const documents = [...good('ApiKey', 20), idle, wrong];
    const { out } = await statusOf({ ...healthy, documents });
    expect(listed(out)).toEqual(['Model/wrong', 'Limit/idle', ...good('ApiKey', 20).map(({ id }) => id)]);
    server?.close();
    const many = await statusOf({ ...healthy, documents: good('ApiKey', 200) }, '--all');
    expect(listed(many.out)).toHaveLength(200);
    expect(many.out).not.toContain('--all');
    server?.close();
    const json = await statusOf({ ...healthy, documents: good('ApiKey', 200) }, '--output', 'json');
    expect(JSON.parse(json.out).documents).toHaveLength(200);
  });

  it('shows what is stale or refused, why and what to do, and ends with 1', async () => {
    const problem = {
      severity: 'error',
      source: 'models.yaml:4',
      document: 'Model/small',
      path: 'spec.targets[0].weight',
      message: '-1 is less than 0',
      remedy: 'write a whole number',
    } as const;
    const { status, out } = await statusOf({
      ...healthy,
      documents: [
        { id: 'Model/small', source: 'models.yaml:1', state: 'stale', problems: [problem] },
        { id: 'Provider/x', source: 'p.yaml:1', state: 'stale', problems: [], nack: 'no such extension' },
      ],
      problems: [{ ...problem, document: '', path: '', source: 'c.yaml', message: 'is larger than 10MiB' }],
      clients: [
        {
          nodeId: 'p1',
          gateway: 'default',
          kind: 'processor',
          connectedSince: healthy.startedAt,
          types: [{ type: 'Key', resources: 1, state: 'nacked', nack: 'unknown version' }],
        },
      ],
    });
    expect(status).toBe(1);
    expect(out).toContain('      error: spec.targets[0].weight -1 is less than 0\n      → write a whole number\n');
    expect(out).toContain('      Refused by a client: no such extension\n');
    expect(out).toContain('Other problems\n  error: c.yaml is larger than 10MiB\n');
    expect(out).toMatch(/ {2}p1 {2}processor {2}for 3h {2}nacked {2}Key 1\n {6}Key: unknown version\n/);
  });

  it('shows a route of which some rules are in force', async () => {
    const problem = {
      ...{ severity: 'error', source: 'r.yaml:9', document: 'HTTPRoute/shop', path: 'spec.rules[1].filters' },
      ...{ message: 'redirect and rewrite at once', remedy: 'keep one of them' },
    } as const;
    const document = { id: 'HTTPRoute/shop', source: 'r.yaml:1', state: 'in force', problems: [problem] } as const;
    const { status, out } = await statusOf({ ...healthy, documents: [{ ...document, isInPart: true }] });
    const part = '      Its other rules are in force; what these are for is answered with 500.\n';
    const error = '      error: spec.rules[1].filters redirect and rewrite at once\n      → keep one of them\n';
    expect(out).toContain(`HTTPRoute/shop  with errors  r.yaml:1\n${part}${error}`);
    expect(status).toBe(1);
    expect((await statusOf({ ...healthy, documents: [document] })).out).not.toContain(part);
  });

  it.each([
    ['Envoy', 'envoy'],
    ['processor', 'processor'],
  ])('ends with 1 where a gateway has no %s, whatever others have', async (word, kind) => {
    const clients = healthy.clients.map((one) => (one.kind === kind ? { ...one, gateway: 'other' } : one));
    const { status, out } = await statusOf({ ...healthy, clients });
    expect(out).toContain(`1 model, 1 key\n      No ${word} is connected.\n\nClients`);
    expect(status).toBe(1);
  });

  it('wants nobody to serve a gateway that listens nowhere', async () => {
    const gateways = [...healthy.gateways, { name: 'closed', listeners: [], providers: 0, models: 0, keys: 0 }];
    const { status, out } = await statusOf({ ...healthy, gateways });
    expect(out).toMatch(/ {2}closed +no listener /);
    expect(status).toBe(0);
  });

  it('ends with 1 where the control plane cannot read the cluster, and says since when', async () => {
    const staleSince = '2026-01-01T00:00:00.000Z';
    const failure = 'the API server answered 403 Forbidden';
    const failing = await statusOf({ ...healthy, source: { servesFrom: 'cluster', staleSince, failure } });
    expect(failing.out).toContain(
      `revision 4\nThe cluster has not been read since ${staleSince}: ${failure}. What has`,
    );
    expect(failing.status).toBe(1);
    server?.close();
    expect((await statusOf({ ...healthy, source: { servesFrom: 'snapshot', staleSince } })).status).toBe(1);
    server?.close();
    // A watch that begins anew.
    expect((await statusOf({ ...healthy, source: { servesFrom: 'cluster', staleSince } })).status).toBe(0);
  });

  it('does not call in force what has an error, such as a model whose provider is missing', async () => {
    const problem = { severity: 'error', source: '', document: 'Model/small', path: 'spec', message: 'm', remedy: 'r' };
    const documents = [{ ...healthy.documents[0], problems: [problem] }];
    const broken = await statusOf({ ...healthy, documents });
    expect(broken.out).toContain('Model/small  with errors  models.yaml:1\n      error: spec m\n');
    expect(broken.status).toBe(1);
    server?.close();
    const warned = await statusOf({
      ...healthy,
      documents: [{ ...documents[0], problems: [{ ...problem, severity: 'warning' }] }],
    });
    expect(warned.out).toContain('Model/small  in force');
    expect(warned.status).toBe(0);
  });

  it('gives the answer as JSON to scripts', async () => {
    const { status, out } = await statusOf(healthy, '--output', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual(healthy);
  });

  it('takes an answer of something else for what it is', async () => {
    const { status, err } = await statusOf({ hello: 'world' });
    expect(status).toBe(1);
    expect(err).toContain('What answered is no control plane of this version');
  });

  it('says in one sentence why there is no answer', async () => {
    const { status, err } = await runCli(['status', '--admin', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(err).toContain('cannot be reached. Start it with "sluice run"');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each(['localhost:10089', 'foo', 'ftp://localhost'])('takes %s for no address', async (address) => {
    const { status, err } = await runCli(['status', '--admin', address]);
    expect(status).toBe(2);
    expect(err).toContain(`--admin ${address} is not an address. Write one such as http://127.0.0.1:10089.`);
  });
});
