import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { conditionOf } from '../../support/kube-installed/condition.ts';
import { egressPods } from '../../support/kube-installed/egress-pods.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice, dataplane, rollout, system } from '../../support/kube-installed/sluice.ts';
import { runSluice } from '../../support/kube-installed/sluice-command.ts';
import { forwardEgress, openStage, outside, type Stage } from '../../support/kube-installed/stage.ts';
import { rawRequest } from '../../support/raw-request.ts';
import { until } from '../../support/until.ts';

/*
 * What Envoy itself refuses. Nothing of ours reads Lua, so a script that is none gets as far as that.
 */

const cluster = openCluster();
let stage: Stage;
let egress: PortForward;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'refusal');
  await cluster.apply([mayReachProvider, mayRunCode].join('---\n'));
  await stage.apply(route('scripted'), route('plain'));
  await isProgrammed('scripted');
  await isProgrammed('plain');
  egress = await forwardEgress(cluster);
}, 300_000);

afterAll(async () => {
  await egress?.stop();
  await stage?.close();
  await cluster.kubectl(['--namespace', outside, 'delete', 'referencegrant', 'refusal', '--ignore-not-found']);
  await cluster.kubectl(['--namespace', dataplane, 'delete', 'referencegrant', 'refusal', '--ignore-not-found']);
});

const grant = (namespace: string, group: string, kind: string, to: string): string => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: refusal, namespace: ${namespace} }
spec:
  from: [{ group: ${group}, kind: ${kind}, namespace: sluice-e2e-refusal }]
  to: [${to}]
`;
const mayReachProvider = grant(outside, 'gateway.networking.k8s.io', 'HTTPRoute', '{ group: "", kind: Service }');
const mayRunCode = grant(
  dataplane,
  'gateway.envoyproxy.io',
  'EnvoyExtensionPolicy',
  '{ group: gateway.networking.k8s.io, kind: Gateway }',
);

const route = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: egress, namespace: ${dataplane} }]
  hostnames: [${name}.refusal.example.com]
  rules: [{ backendRefs: [{ name: provider, namespace: ${outside}, port: 80 }] }]
`;

const policy = (name: string, to: string, script: string): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: { name: ${name} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${to} }]
  lua: [{ type: Inline, inline: ${JSON.stringify(script)} }]
`;

const answering = (word: string): string =>
  `function envoy_on_response(handle) handle:headers():add('x-script', '${word}') end`;
const broken = 'function envoy_on_response(handle';

const visit = (name: string) =>
  rawRequest(egress.port, {
    method: 'GET',
    path: '/first/v1/models',
    headers: { host: `${name}.refusal.example.com` },
  });
const word = async (name: string): Promise<unknown> => (await visit(name)).headers['x-script'];
/** Routes have their conditions per parent, where `kubectl wait` does not look. */
const isProgrammed = (name: string): Promise<void> =>
  until(
    `${name} is programmed`,
    async () => (await conditionOf(cluster, stage.namespace, `httproute/${name}`, 'Programmed'))?.status === 'True',
    { limitMs: 30_000 },
  );
const accepted = (name: string) => conditionOf(cluster, stage.namespace, `envoyextensionpolicy/${name}`, 'Accepted');
const warning = async (name: string): Promise<string> =>
  (await conditionOf(cluster, stage.namespace, `httproute/${name}`, 'Warning'))?.message ?? '';
const statusOf = async (name: string) => (await accepted(name))?.status;

describe('what the Envoys of all pods refuse', { timeout: 120_000 }, () => {
  it('is told in the status of its object, in the words of Envoy, and nothing else suffers', async () => {
    await stage.kubectl('delete', 'envoyextensionpolicies', '--all');
    await stage.apply(policy('bad', 'scripted', broken), policy('good', 'plain', answering('good')));
    await until('the script is refused', async () => (await statusOf('bad')) === 'False', { limitMs: 30_000 });
    expect(await accepted('bad')).toMatchObject({ reason: 'Refused' });
    expect((await accepted('bad'))?.message).toMatch(/script load error: .*expected near '<eof>'/);

    await until('the other script runs', async () => (await word('plain')) === 'good', { limitMs: 30_000 });
    expect(await statusOf('good')).toBe('True');
    // Whoever chose a filter that is not there is not let through without it, and the route says why.
    expect((await visit('scripted')).status).toBe(500);
    const refused = `EnvoyExtensionPolicy/${stage.namespace}/bad`;
    await until('the route warns', async () => (await warning('scripted')).includes(refused), { limitMs: 30_000 });
    expect(await warning('plain')).toBe('');
    const gateway = await conditionOf(cluster, dataplane, 'gateway/egress', 'Programmed');
    expect(gateway).toMatchObject({ status: 'True' });
  });

  it('does not hold up what comes after it', async () => {
    await stage.kubectl('delete', 'httproute', 'later', '--ignore-not-found');
    await stage.apply(route('later'), policy('later', 'later', answering('later')));
    await isProgrammed('later');
    await until('the later script runs', async () => (await word('later')) === 'later', { limitMs: 30_000 });
    expect(await word('plain')).toBe('good');
    expect(await statusOf('bad')).toBe('False');
  });

  it('is told by sluice status and by an Event of the Gateway', async () => {
    const { code, output } = await runSluice(['status', '--kubernetes']);
    expect(code).toBe(1);
    expect(output).toMatch(/EnvoyExtensionPolicy\/sluice-e2e-refusal\/bad +(stale|rejected)/);
    expect(output).toContain('script load error');
    const list = ['get', 'events', '--field-selector', 'reason=ConfigurationRefused', '--output', 'json'];
    const events = JSON.parse(await cluster.kubectl(['--namespace', dataplane, ...list])) as {
      readonly items: readonly { readonly message: string; readonly involvedObject: object }[];
    };
    expect(events.items.find(({ message }) => message.includes('script load error'))?.involvedObject).toMatchObject({
      kind: 'Gateway',
      name: 'egress',
    });
  });

  it('is forgotten as soon as it is mended', async () => {
    await stage.apply(policy('bad', 'scripted', answering('mended')));
    await until('the status is clear', async () => (await statusOf('bad')) === 'True', { limitMs: 30_000 });
    await until('the script runs', async () => (await word('scripted')) === 'mended', { limitMs: 30_000 });
    await until('the route warns no more', async () => (await warning('scripted')) === '', { limitMs: 30_000 });
  });

  it('leaves the last version in force that was not refused', async () => {
    // A route that is programmed says that all pods have taken what came with it, which nothing says of a policy.
    await stage.kubectl('delete', 'httproute', 'after', '--ignore-not-found');
    await stage.apply(policy('bad', 'scripted', answering('mended')), route('after'));
    await isProgrammed('after');
    await until('the mended script runs', async () => (await word('scripted')) === 'mended', { limitMs: 30_000 });
    await stage.apply(policy('bad', 'scripted', broken));
    await until('the script is refused', async () => (await statusOf('bad')) === 'False', { limitMs: 30_000 });
    expect(await word('scripted')).toBe('mended');
    await stage.apply(policy('bad', 'scripted', answering('again')));
    await until('the script runs', async () => (await word('scripted')) === 'again', { limitMs: 30_000 });
    await until('the status is clear', async () => (await statusOf('bad')) === 'True', { limitMs: 30_000 });
  });

  const whileAllIsReplaced =
    'stays refused, and its last good version in force, while the controller and all pods are replaced';
  it(whileAllIsReplaced, { timeout: 400_000 }, async () => {
    await stage.kubectl('delete', 'envoyextensionpolicies', '--all');
    await stage.apply(policy('kept', 'scripted', answering('kept')));
    await until('the script runs', async () => (await word('scripted')) === 'kept', { limitMs: 30_000 });
    await stage.apply(policy('kept', 'scripted', broken));
    await until('the script is refused', async () => (await statusOf('kept')) === 'False', { limitMs: 30_000 });
    const said = await accepted('kept');
    const replaced = Promise.all(
      (
        [
          [system, 'deployment/controller'],
          [dataplane, 'deployment/egress'],
        ] as const
      ).map(async ([namespace, name]) => {
        await cluster.kubectl(['--namespace', namespace, 'rollout', 'restart', name]);
        return rollout(cluster, namespace, name);
      }),
    );
    let areReplaced = false;
    const watched = replaced.finally(() => {
      areReplaced = true;
    });
    // All the time, with the moment at which it became so.
    while (!areReplaced) expect(await accepted('kept')).toEqual(said);
    await watched;
    await egress.stop();
    egress = await forwardEgress(cluster);
    expect(await word('scripted')).toBe('kept');
    expect(await accepted('kept')).toEqual(said);
  });

  it('does not keep new pods from starting', async () => {
    await stage.kubectl('delete', 'envoyextensionpolicies', '--all');
    await stage.apply(policy('new', 'scripted', broken));
    await until('the script is refused', async () => (await statusOf('new')) === 'False', { limitMs: 30_000 });
    const [pod = ''] = await egressPods(cluster, 2);
    await cluster.kubectl(['--namespace', dataplane, 'delete', 'pod', pod, '--wait=false']);
    await until(`${pod} is gone`, async () => !(await egressPods(cluster, 2)).includes(pod), { limitMs: 100_000 });
    expect(await statusOf('new')).toBe('False');
  });
});
