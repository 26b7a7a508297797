import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import {
  type ControllerPod,
  controllerPods,
  endWithoutApiServer,
  leader,
} from '../../support/kube-installed/controller-pods.ts';
import { egressPods, envoyFigure } from '../../support/kube-installed/egress-pods.ts';
import { type PodLoad, startPodLoad } from '../../support/kube-installed/pod-load.ts';
import { startPodProgram } from '../../support/kube-installed/pod-program.ts';
import { bringSluice, dataplane, rollout, system } from '../../support/kube-installed/sluice.ts';
import {
  forwardEgress,
  keyDocument,
  openStage,
  practiceProvider,
  type Stage,
} from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
const connections = 'envoy_http_gateway_downstream_cx_total';
const active = 'envoy_http_gateway_downstream_rq_active';
const patience = { limitMs: 90_000 };
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'disturbance');
  await stage.apply(
    practiceProvider('first'),
    model('disturbance', ['first/upstream']),
    model('disturbance-stream', ['first/word-by-word']),
  );
  await stage.programmed('model/disturbance', 'model/disturbance-stream');
}, 400_000);

afterAll(() => stage?.close());

const plan = (body: Readonly<Record<string, unknown>>) => ({
  url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
  method: 'POST',
  headers: { authorization: `Bearer ${stage.secret}` },
  body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
});

/**
 * Callers that have just begun, and callers that keep their connections. Never so many that the pods that are to start
 * have no processor left to start on.
 */
const bothLoads = (): Promise<readonly PodLoad[]> =>
  Promise.all(
    [true, false].map((isFresh) =>
      startPodLoad(
        cluster,
        'load',
        { ...plan({ model: 'disturbance' }), isFresh, clients: 2, pauseMs: 50 },
        isFresh ? 'fresh' : 'kept',
      ),
    ),
  );

async function expectNoFailure(loads: readonly PodLoad[], atLeast: number): Promise<void> {
  for (const { count, failures } of await Promise.all(loads.map((load) => load.stop()))) {
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(atLeast);
  }
}

/** What is applied now arrives: in the pods, and in the status of the object. */
async function expectToFollow(name: string): Promise<void> {
  const secret = `sk-made-while-${name}`;
  await stage.kubectl('delete', 'apikey', name, '--ignore-not-found');
  await stage.apply(keyDocument(name, secret));
  const egress = await forwardEgress(cluster);
  try {
    const status = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${secret}`, connection: 'close' };
      return (await fetch(`http://127.0.0.1:${egress.port}/v1/models`, { headers })).status;
    };
    await until('the key works', async () => (await status()) === 200, patience);
  } finally {
    await egress.stop();
  }
  await stage.kubectl('wait', '--for=condition=Programmed', '--timeout=50s', `apikey/${name}`);
}

describe('an installed gateway', () => {
  it('serves on when the controller that leads is killed, and another one leads', { timeout: 300_000 }, async () => {
    const loads = await bothLoads();
    await until('one leads', async () => (await leader(cluster)) !== '', patience);
    const first = await leader(cluster);
    await cluster.kubectl(['--namespace', system, 'delete', 'pod', first, '--grace-period=0', '--force']);
    const next = async (): Promise<boolean> => {
      const now = await leader(cluster);
      return now !== '' && now !== first;
    };
    await until('another one leads', next, patience);
    await expectToFollow('led-by-another');

    // Nobody is left for a moment.
    const pods = (await controllerPods(cluster)).map(({ name }) => name);
    await cluster.kubectl(['--namespace', system, 'delete', 'pod', ...pods, '--grace-period=0', '--force']);
    await rollout(cluster, system, 'deployment/controller');
    await expectToFollow('led-by-a-new-one');
    await expectNoFailure(loads, 100);
  });

  it('serves on while the API server is away, and so does a controller that starts then', {
    timeout: 500_000,
  }, async () => {
    const before = await controllersThatNeverEnded();
    const loads = await bothLoads();
    const urls = before.map(({ address }) => `http://${address}:10089/status`);
    const fields = ['source.servesFrom', 'clients'];
    const witness = await startPodProgram<Record<string, readonly string[]>>(cluster, 'witness', { urls, fields });
    for (const { name } of before) await endWithoutApiServer(cluster, name);

    await cluster.stopApiServer();
    // Nobody can be asked now: long enough for controllers to start, and for pods to find them again.
    await sleep(25_000 + 3 * Math.max(...before.map(({ startMs }) => startMs)));
    await cluster.startApiServer();
    await until(
      'every controller has started again',
      async () => (await controllerPods(cluster)).every(({ restarts, isReady }) => restarts > 0 && isReady),
      patience,
    );
    await expectToFollow('after-an-outage');
    await expectNoFailure(loads, 100);

    const seen = await witness.stop();
    // Each ended, and started from what it had kept of the cluster, which is on a volume of the pod.
    for (const url of urls) expect(seen[url]?.join(', ')).toMatch(/snapshot \d+.*, cluster \d+/);
    // And gave it to those who had lost the other one.
    expect(
      Object.values(seen)
        .flat()
        .some((said) => /^snapshot [1-9]/.test(said)),
    ).toBe(true);
  });

  it('is rolled without a failed request or a cut stream', { timeout: 400_000 }, async () => {
    const old = await egressPods(cluster, 2);
    const loads = await bothLoads();
    const messages = [{ role: 'user', content: 'word '.repeat(15) }];
    const streams = await startPodLoad(cluster, 'streams', {
      ...plan({ model: 'disturbance-stream', stream: true, messages }),
      clients: 30,
    });
    await until('all streams are open', async () => (await streamsOpen(old)) >= 30, patience);

    await cluster.kubectl(['--namespace', dataplane, 'rollout', 'restart', 'deployment/egress']);
    const leaving = await firstToLeave(old);
    // It is there for as long as its streams are.
    await until('new connections go elsewhere', async () => {
      const before = await envoyFigure(cluster, leaving, connections);
      await sleep(1_000);
      return (await envoyFigure(cluster, leaving, connections)) === before;
    });
    expect(await rollout(cluster, dataplane, 'deployment/egress')).toContain('successfully rolled out');
    const now = await egressPods(cluster, 2);
    expect(now.filter((pod) => old.includes(pod))).toEqual([]);
    await expectNoFailure(loads, 100);
    const { count, failures } = await streams.stop();
    expect(failures).toEqual([]);
    // Those that were open when it began, and those that came later.
    expect(count).toBeGreaterThan(30);
  });
});

/** New pods, where a try before this one has ended them. */
async function controllersThatNeverEnded(): Promise<readonly ControllerPod[]> {
  if ((await controllerPods(cluster)).some(({ restarts }) => restarts > 0)) {
    await cluster.kubectl(['--namespace', system, 'rollout', 'restart', 'deployment/controller']);
  }
  await rollout(cluster, system, 'deployment/controller');
  return controllerPods(cluster);
}

async function streamsOpen(pods: readonly string[]): Promise<number> {
  const open = await Promise.all(pods.map((pod) => envoyFigure(cluster, pod, active)));
  return open.reduce((sum, each) => sum + each, 0);
}

async function firstToLeave(pods: readonly string[]): Promise<string> {
  const path = 'jsonpath={range .items[?(@.metadata.deletionTimestamp)]}{.metadata.name}{"\\n"}{end}';
  let leaving: string | undefined;
  const look = async (): Promise<boolean> => {
    const names = await cluster.kubectl(['--namespace', dataplane, 'get', 'pods', '--output', path]);
    leaving = names.split('\n').find((name) => pods.includes(name));
    return leaving !== undefined;
  };
  await until('an old pod is told to go', look, patience);
  return leaving ?? '';
}
