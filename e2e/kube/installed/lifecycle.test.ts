import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { applyDefinitions, definitions } from '../../support/kube-installed/definitions.ts';
import { identities } from '../../support/kube-installed/identities.ts';
import { startPodLoad } from '../../support/kube-installed/pod-load.ts';
import {
  bringSluice,
  chartValues,
  dataplane,
  helmUpgrade,
  release,
  rollout,
  system,
  type Values,
  whenReady,
} from '../../support/kube-installed/sluice.ts';
import { keyDocument, openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
/** As the guide of the split workflow has it. */
const withoutDefinitions = [
  ...['--skip-crds', '--set', 'ai-gateway-crds.enabled=false'],
  ...['--set-string', 'global.serveUrl=', '--set-string', 'controller.config.proxyUrl='],
];
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'lifecycle');
}, 400_000);

afterAll(() => stage?.close());

/** What people make, and no release may touch. */
async function bringPolicy(): Promise<void> {
  const credential = { apiKey: { secretKeyRef: { name: 'lifecycle', key: 'key' } } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'lifecycle' },
    stringData: { key: 'sk-of-users' },
  };
  await stage.apply(
    JSON.stringify(secret),
    practiceProvider('first', { credential }),
    model('lifecycle', ['first/upstream']),
    keyDocument('caller', stage.secret),
  );
  await stage.programmed('provider/first', 'model/lifecycle', 'apikey/caller');
}

const users = () => identities(cluster, stage.namespace, 'secrets,providers,models,apikeys');

const load = (name: string, isFresh: boolean) =>
  startPodLoad(
    cluster,
    'load',
    {
      url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${stage.secret}` },
      body: JSON.stringify({ model: 'lifecycle', messages: [{ role: 'user', content: 'Hello' }] }),
      clients: 2,
      isFresh,
      pauseMs: 50,
    },
    name,
  );

/** Another pod template for the controller and for the data plane. */
function changed(mark: string): Values {
  const values = chartValues(cluster);
  const part = (name: string): Values => values[name] as Values;
  const controller = { ...part('controller'), podAnnotations: { 'example.com/mark': mark } };
  return { ...values, controller, envoy: { ...part('envoy'), env: [{ name: 'MARK', value: mark }] } };
}

const withDashboards = (): Values => ({ ...chartValues(cluster), monitoring: { dashboards: { enabled: true } } });

async function hasDashboards(): Promise<boolean> {
  const found = await cluster.kubectl([
    '--namespace',
    system,
    'get',
    'configmap/sluice-dashboards',
    '--ignore-not-found',
  ]);
  return found !== '';
}

/** The controller has made the pods of egress so, and all of them are. */
async function whenEgressIs(mark: string): Promise<void> {
  const path = 'jsonpath={.spec.template.spec.containers[?(@.name=="envoy")].env[?(@.name=="MARK")].value}';
  const found = (): Promise<string> =>
    cluster.kubectl(['--namespace', dataplane, 'get', 'deployment/egress', '--output', path]);
  await until(`egress is told "${mark}"`, async () => (await found()) === mark, { limitMs: 60_000 });
  expect(await rollout(cluster, dataplane, 'deployment/egress')).toContain('successfully rolled out');
}

async function whenControllerIs(): Promise<void> {
  expect(await rollout(cluster, system, 'deployment/controller')).toContain('successfully rolled out');
}

const rollback = (): Promise<string> =>
  cluster.helm(['rollback', release, '--namespace', system, '--wait', '--timeout', '4m']);

/** With everything that was made for its Gateway. */
async function uninstall(): Promise<void> {
  await cluster.helm(['uninstall', release, '--namespace', system, '--wait', '--ignore-not-found', '--timeout', '4m']);
  const ofGateway = ['deployment,service,configmap', '--selector=gateway.networking.k8s.io/gateway-name=egress'];
  await cluster.kubectl(['--namespace', dataplane, 'wait', '--for=delete', ...ofGateway, '--timeout=60s'], {
    limitMs: 70_000,
  });
  // Nobody who comes next has to wait for who held it.
  await cluster.kubectl(['--namespace', system, 'wait', '--for=delete', 'lease/sluice-controller', '--timeout=30s']);
}

async function answers(): Promise<void> {
  const running = await load('once', true);
  const { count, failures } = await running.stop();
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(0);
}

describe('a release', () => {
  it('is upgraded and rolled back without a failed request', { timeout: 900_000 }, async () => {
    await bringSluice(cluster);
    await bringPolicy();
    const before = { definitions: await definitions(cluster), users: await users() };
    const loads = await Promise.all([load('fresh', true), load('kept', false)]);

    await helmUpgrade(cluster, changed('upgraded'));
    await whenControllerIs();
    await whenEgressIs('upgraded');
    await rollback();
    await whenControllerIs();
    await whenEgressIs('');

    for (const { count, failures } of await Promise.all(loads.map((each) => each.stop()))) {
      expect(failures).toEqual([]);
      expect(count).toBeGreaterThan(100);
    }
    expect({ definitions: await definitions(cluster), users: await users() }).toEqual(before);
  });

  it('leaves definitions and all that people made, with and without definitions of its own', {
    timeout: 900_000,
  }, async () => {
    await bringSluice(cluster);
    await bringPolicy();
    const before = { definitions: await definitions(cluster), users: await users() };
    const now = async () => ({ definitions: await definitions(cluster), users: await users() });
    await uninstall();
    expect(await now()).toEqual(before);

    // The split workflow: definitions are somebody else's to bring, and stay as that one has brought them.
    await applyDefinitions(cluster);
    const applied = await now();
    expect(applied.users).toEqual(before.users);
    await helmUpgrade(cluster, chartValues(cluster), ['--install', '--create-namespace', ...withoutDefinitions]);
    await whenReady(cluster);
    await answers();
    // Pods need not change for this: that they do so without a failed request is shown above.
    await helmUpgrade(cluster, withDashboards(), withoutDefinitions);
    expect(await hasDashboards()).toBe(true);
    await rollback();
    expect(await hasDashboards()).toBe(false);
    await uninstall();
    expect(await now()).toEqual(applied);

    await bringSluice(cluster);
    expect((await now()).users).toEqual(before.users);
    await answers();
  });
});
